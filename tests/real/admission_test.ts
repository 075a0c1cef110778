/** Whose turn it is at a real llama-server, and what it makes of requests that share one cache. */
import { assert, assertEquals } from "@std/assert";
import { openLlama } from "../../src/upstream/llama.ts";
import { serveRemote } from "../../src/upstream/remote.ts";
import { remoteQueue } from "../../src/upstream/remote_queue.ts";
import { watchUpstream } from "../../src/upstream/watch.ts";
import { rawPost } from "../http/raw_client.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { type RealStage, realStage } from "./real_stage.ts";

const HELLO = [{ role: "user", content: "[[plain]] Hello" }];
const LONG = { stream: true, ignore_eos: true } as const;

function post({ chaski }: RealStage, path: string, body: unknown): Promise<string> {
  const request = { method: "POST", body: JSON.stringify(body) };
  return fetch(chaski.url + path, request).then((response) => response.text());
}

/** The lines of requests that ended, in the order of their ends. */
function ends({ chaski }: RealStage) {
  return chaski.log().filter(({ outcome }) => outcome !== undefined);
}

Deno.test("a real llama-server is asked for the most urgent first, and for none that has left [H18]", async () => {
  await using stage = await realStage(["-c", "131072", "-np", "1", "--alias", "tiny"]);
  const chat = "/v1/chat/completions";
  const busy = await rawPost(stage.chaski.url + chat, { messages: HELLO, ...LONG });
  await busy.firstByte;
  const urgency = (service_tier: string) => ({ service_tier, stream: true });
  const flex = post(stage, "/v1/responses", {
    ...{ ...urgency("flex"), input: "[[plain]] flex", max_output_tokens: 11 },
  });
  const leaver = await rawPost(stage.chaski.url + chat, {
    ...{ ...urgency("priority"), messages: HELLO, max_tokens: 14 },
  });
  await leaver.head;
  const normal = post(stage, chat, { messages: HELLO, max_tokens: 12, ignore_eos: true });
  const urgent = post(stage, "/v1/responses", {
    ...{ ...urgency("priority"), input: "[[plain]] urgent", max_output_tokens: 13 },
  });
  // Past the two seconds after which a queued request is told that it is alive.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await leaver.leave();
  await stage.chaski.logged(({ outcome }) => outcome === "cancelled");
  await busy.leave();
  for (const answer of [flex, urgent]) assert((await answer).includes("response.created"));
  assert((await normal).includes('"finish_reason":"length"'));
  const complete = ends(stage).filter(({ outcome }) => outcome === "complete");
  assertEquals(complete.map(({ path }) => path), ["/v1/responses", chat, "/v1/responses"]);
  const tokens = complete.map(({ output_tokens }) => Number(output_tokens));
  assert((tokens[0] ?? 0) <= 13 && tokens[1] === 12 && (tokens[2] ?? 0) <= 11, tokens.join());
  for (const { queue_ms } of complete) assert(Number(queue_ms) > 2_000, JSON.stringify(complete));
});

Deno.test("two owners have a real slot turn by turn, however many requests one has", async () => {
  const binary = await findLlamaServer();
  const model = await tinyModel({ template: "qwen3", kind: "chat" });
  await using server = await startLlamaServer({ binary, model, args: ["-c", "8192", "-np", "1"] });
  const llama = openLlama({ baseUrl: server.url, key: undefined, connectTimeout: 10_000 });
  const watch = watchUpstream(llama, { anyName: false, onChange: () => {} });
  const queue = remoteQueue(watch, 100);
  const serving = serveRemote(llama, watch, queue);
  const served = await serving.resolve(null);
  assertEquals([served.model.slots, served.model.context], [1, 8192]);
  const order: string[] = [];
  const signal = new AbortController().signal;
  const ask = async (owner: string) => {
    const lease = await served.lease({ slot: true, owner, tier: "default", tokens: 100 }, signal);
    order.push(owner);
    assertEquals(queue.running(), 1);
    const chat = JSON.stringify({ messages: HELLO, max_tokens: 5, stream: true });
    const text = await new Response(await lease.llama.chat(chat, signal)).text();
    assert(text.includes("[DONE]"), text);
    lease.release(null);
  };
  await Promise.all(["a", "a", "a", "a", "b", "b", "c"].map(ask));
  assertEquals(order.join(""), "abcabaa");
  await serving.close();
});

/** A prompt of some 1,250 tokens. */
const STORY = "the quick brown fox walks ".repeat(100);

function isOverloaded(text: string): boolean {
  return text.includes('"code":"server_is_overloaded"');
}

Deno.test("requests that would outgrow the cache that real slots share run one after the other", async () => {
  // Slots share a cache unless their number is given.
  await using stage = await realStage(["-c", "4096", "--alias", "tiny", "--no-context-shift"]);
  const ask = (name: string) =>
    post(stage, "/v1/chat/completions", {
      ...{ ...LONG, max_tokens: 2200 },
      messages: [{ role: "user", content: `[[plain]] ${name} ${STORY}` }],
    });
  const pair = () => Promise.all(["one", "two"].map(ask));
  let together = await pair();
  // On a busy machine the one may be done before the other has grown.
  for (let more = 5; more > 0 && !together.some(isOverloaded); more--) together = await pair();
  const overloaded = together.filter(isOverloaded);
  assert(overloaded.length > 0, together.map((text) => text.slice(-500)).join("\n"));
  for (const text of overloaded) {
    assert(text.includes("shared context is full"), text.slice(-500));
  }
  const after = await Promise.all(["three", "four", "five"].map(ask));
  for (const text of after) assert(text.includes('"finish_reason":"length"'), text.slice(-500));
  const waited = ends(stage).filter(({ queue_ms }) => queue_ms !== undefined);
  assertEquals(waited.length, 2);
});
