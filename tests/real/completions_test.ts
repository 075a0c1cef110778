/** `/v1/completions`, `/v1/infill` and the tokenizer, over a real llama-server. */
import { assert, assertEquals } from "@std/assert";
import type { Completion } from "../../src/protocol/completion.ts";
import { rawPost } from "../http/raw_client.ts";
import { collect } from "../sse_reader.ts";
import { type RealStage, realStage } from "./real_stage.ts";

/** The tiny model has no tokens for infill, so any three are named. */
const INFILL = ["pre", "suf", "mid"].map((name, i) =>
  `tokenizer.ggml.fim_${name}_token_id=int:${300 + i}`
);
/** Without an alias, so that the model's path must be hidden. */
const ARGS = ["-c", "32768", "-np", "2", "--override-kv", INFILL.join(",")];

function post(url: string, path: string, body: unknown): Promise<Response> {
  return fetch(url + path, { method: "POST", body: JSON.stringify(body) });
}

/** The answer of Chaski, and of llama-server itself, to one greedy request. */
async function both<T>({ chaski, llama }: RealStage, path: string, body: unknown): Promise<[T, T]> {
  const native = await (await post(llama.url, path, body)).json();
  const response = await post(chaski.url, path, body);
  const text = await response.text();
  assertEquals([response.status, text.includes("/tiny-models/")], [200, false], text);
  return [JSON.parse(text), native];
}

const GREEDY = { temperature: 0, seed: 1, cache_prompt: false };

async function wholeCompletions(stage: RealStage): Promise<void> {
  for (
    const more of [
      { prompt: "The", max_tokens: 5, logprobs: 2 },
      { prompt: ["The", "Yes"], max_tokens: 3, n: 1 },
      { prompt: "The", max_tokens: 3, n: 2 },
      { prompt: ["The", "Yes"], max_tokens: 3, n: 2 },
      { prompt: ["The", 300], max_tokens: 2 },
      { prompt: "", max_tokens: 3 },
      { prompt: [300, 301], max_tokens: 3, stop: ["."] },
    ]
  ) {
    const [told, native] = await both<Completion>(stage, "/v1/completions", { ...GREEDY, ...more });
    assertEquals(Object.keys(told).sort(), Object.keys(native).sort());
    assertEquals([told.choices, told.model], [native.choices, "tiny-qwen3"]);
  }
}

async function streamedCompletions({ chaski }: RealStage): Promise<void> {
  for (const prompt of ["The", ["The", "Yes"]]) {
    const body = { ...GREEDY, prompt, max_tokens: 4, stream: true };
    const { events, rest } = await collect(await post(chaski.url, "/v1/completions", body));
    assertEquals([events.at(-1)?.data, rest], ["[DONE]", ""]);
    assert(!events.some(({ raw }) => raw.includes("prompt_progress") || raw.includes("null\n")));
    const chunks = events.slice(0, -1).map(({ data }) => data as Completion);
    assertEquals(new Set(chunks.map(({ model }) => model)), new Set(["tiny-qwen3"]));
    const ends = chunks.filter(({ choices }) => choices[0]?.finish_reason);
    assertEquals(ends.length, prompt.length === 2 ? 2 : 1);
  }
}

async function infills(stage: RealStage): Promise<void> {
  const body = { ...GREEDY, input_prefix: "The", input_suffix: "fox", n_predict: 4, n_probs: 1 };
  const response_fields = ["content", "timings/predicted_n", "model"];
  for (const more of [{}, { n: 2 }, { response_fields }, { return_tokens: true }]) {
    const [told, native] = await both(stage, "/infill", { ...body, ...more });
    assertEquals(withoutTimes(told), withoutTimes(native));
  }
  for (const more of [{}, { n: 2 }, { response_fields }]) {
    const asked = { ...body, ...more, stream: true };
    const { events, rest } = await collect(await post(stage.chaski.url, "/v1/infill", asked));
    assertEquals(rest, "");
    assert(events.length > 4 && !events.some(({ raw }) => raw.includes('"error"')));
  }
}

/** What does not differ from run to run, nor by the stream that was asked for. */
function withoutTimes(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer),
    (key, value) =>
      /_ms$|_per_second$|^id_slot$|^stream$|^tokens_cached$|^model$/.test(key) ? "x" : value,
  );
}

async function tokenizer({ chaski }: RealStage): Promise<void> {
  const ask = async (path: string, body: unknown) => {
    const response = await post(chaski.url, path, body);
    return { status: response.status, json: await response.json() };
  };
  const { json: { tokens } } = await ask("/v1/tokenize", { content: "the fox" });
  assert(tokens.length > 0);
  assertEquals((await ask("/detokenize", { tokens })).json.content, "the fox");
  assertEquals((await ask("/tokenize", {})).json, { tokens: [] });
  const messages = [{ role: "user", content: "Hello" }];
  assert((await ask("/v1/apply-template", { messages })).json.prompt.includes("user\nHello"));
  const unknown = await ask("/v1/detokenize", { tokens: [99_999_999] });
  assertEquals([unknown.status, unknown.json.error.param], [400, "tokens"]);
  for (const path of ["/v1/embeddings", "/v1/rerank"]) {
    const refused = await ask(path, { input: "a", query: "a", documents: ["b"] });
    assertEquals([refused.status, refused.json.error.code], [501, "not_supported"]);
  }
}

async function deaf({ chaski }: RealStage): Promise<void> {
  const form = new FormData();
  form.append("file", new File(["RIFF"], "a.wav"));
  const response = await fetch(`${chaski.url}/v1/audio/transcriptions`, {
    method: "POST",
    body: form,
  });
  assertEquals([response.status, (await response.json()).error.code], [501, "not_supported"]);
}

Deno.test("a real llama-server completes, infills and tokenizes through Chaski", async (t) => {
  await using stage = await realStage(ARGS);
  await t.step("whole completions are llama-server's own", () => wholeCompletions(stage));
  await t.step("completions stream", () => streamedCompletions(stage));
  await t.step("infills are llama-server's own", () => infills(stage));
  await t.step("the tokenizer answers", () => tokenizer(stage));
  await t.step("a model that cannot hear says so", () => deaf(stage));
});

Deno.test("a client that leaves a completion makes room at once", async () => {
  await using stage = await realStage(["-c", "131072", "-np", "1", "--alias", "tiny"]);
  const long = { prompt: "The", max_tokens: 60_000, ignore_eos: true };
  for (const stream of [true, false]) {
    const leaver = await rawPost(`${stage.chaski.url}/v1/completions`, { ...long, stream });
    await leaver.head;
    const next = await rawPost(`${stage.chaski.url}/v1/completions`, {
      prompt: "Yes",
      max_tokens: 2,
      stream: true,
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const leftAt = await leaver.leave();
    const waited = await next.firstByte - leftAt;
    await next.leave();
    assert(waited < 2_500, `${stream ? "streamed" : "whole"}: ${waited} ms`);
  }
});
