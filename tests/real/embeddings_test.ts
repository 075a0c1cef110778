/** `/v1/embeddings` and `/v1/rerank` over a real llama-server. */
import { assert, assertEquals } from "@std/assert";
import type { Chaski } from "../chaski_process.ts";
import { realStage } from "./real_stage.ts";

async function ask({ url }: Chaski, path: string, body: unknown) {
  const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, json: await response.json() };
}

/** The tiny model's own size. */
const SIZE = 192;
const TOO_LONG = "the quick brown fox ".repeat(3_000);

Deno.test("a real llama-server embeds through Chaski", async () => {
  await using stage = await realStage(["-c", "8192", "-np", "2", "--embeddings"], {}, "embedding");
  const path = "/v1/embeddings";
  const { chaski } = stage;
  const batch = await ask(chaski, path, { input: ["Hello", "the fox", [72, 101]] });
  assertEquals(batch.json.data.map(({ index }: { index: number }) => index), [0, 1, 2]);
  assertEquals(batch.json.model, "tiny-qwen3-embedding");
  const floats = batch.json.data[0].embedding;
  assertEquals(floats.length, SIZE);
  const logged = await chaski.logged(({ outcome }) => outcome === "complete");
  assertEquals(logged.input_tokens, batch.json.usage.prompt_tokens);

  const base64 = await ask(chaski, path, { input: "Hello", encoding_format: "base64" });
  const bytes = Uint8Array.fromBase64(base64.json.data[0].embedding);
  assertEquals([...new Float32Array(bytes.buffer)], floats.map(Math.fround));
  for (const encoding_format of ["float", "base64", null]) {
    const asked = { input: "Hello", encoding_format };
    assertEquals((await ask(chaski, path, { ...asked, dimensions: SIZE })).status, 200);
    const other = await ask(chaski, path, { ...asked, dimensions: 4 });
    assertEquals([other.status, other.json.error.param], [400, "dimensions"]);
  }
  for (
    const [input, code] of [
      ["", "invalid_prompt"],
      [[], "invalid_prompt"],
      [TOO_LONG, "context_length_exceeded"],
    ]
  ) {
    const refused = await ask(chaski, path, { input });
    assertEquals([refused.status, refused.json.error.code], [400, code]);
  }
});

Deno.test("a real llama-server ranks through Chaski", async () => {
  await using stage = await realStage(["-c", "8192", "-np", "2", "--rerank"], {}, "rerank");
  const body = { query: "fox", documents: ["the quick fox", "a llama"] };
  for (const path of ["/v1/rerank", "/v1/reranking"]) {
    const { status, json } = await ask(stage.chaski, path, { ...body, top_n: 1 });
    assertEquals([status, json.model, json.results.length], [200, "tiny-qwen3-rerank", 1]);
    assertEquals(typeof json.results[0].relevance_score, "number");
  }
  const logged = await stage.chaski.logged(({ outcome }) => outcome === "complete");
  assert(Number(logged.input_tokens) > 0);
  const short = await ask(stage.chaski, "/v1/rerank", { query: "fox", texts: ["a", "b"] });
  assertEquals([short.status, Array.isArray(short.json)], [200, true]);
  const none = await ask(stage.chaski, "/v1/rerank", { query: "fox", documents: [] });
  assertEquals([none.status, none.json.error.code], [400, "invalid_prompt"]);
  const long = await ask(stage.chaski, "/v1/rerank", { query: "fox", documents: [TOO_LONG] });
  assertEquals([long.status, long.json.error.code], [400, "context_length_exceeded"]);
});
