/**
 * The cancellation table on a real llama-server: whoever leaves makes room for the next one at once,
 * in every phase, on both routes, streamed or whole, alone and beside another client's stream.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type RealStage, realStage } from "./real_stage.ts";

/** Milliseconds within which the next request gets its first byte. */
const SOON = 500;
const CONTEXT = 131_072;
/** More than 50,000 tokens, which the tiny model reads in about a minute. */
const LONG_PROMPT = "the quick brown fox walks ".repeat(10_500);
/** About 250 tokens in one packet, so that Deno notices a hang-up before the answer's head. */
const MARKED = "zebra quagga okapi ".repeat(25);

type Route = "responses" | "chat";

interface Client {
  /** Resolves with `performance.now()` when the first byte of the answer has come. */
  firstByte: Promise<number>;
  leave(): Promise<number>;
}

function ask(url: string, body: unknown): Client {
  const leave = new AbortController();
  const first = Promise.withResolvers<number>();
  first.promise.catch(() => {});
  const reading = (async () => {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      signal: leave.signal,
    });
    if (response.status !== 200) throw new Error(await response.text());
    for await (const _ of response.body ?? []) first.resolve(performance.now());
  })();
  reading.catch(first.reject);
  return {
    firstByte: first.promise,
    async leave() {
      const leftAt = performance.now();
      leave.abort();
      await assertRejects(() => reading, DOMException);
      return leftAt;
    },
  };
}

function askChat(stage: RealStage, content: string, more: Record<string, unknown> = {}): Client {
  const messages = [{ role: "user", content: `[[plain]] ${content}` }];
  return ask(`${stage.chaski.url}/v1/chat/completions`, { messages, stream: true, ...more });
}

/** A tool that is offered and must not be called: the tiny model then writes without an end. */
const TOOL = { type: "function", name: "f", parameters: { type: "object", properties: {} } };

/** Somebody who will leave in the middle of a long answer, or of a long prompt. */
function askAtLength(stage: RealStage, route: Route, stream: boolean, prompt: string): Client {
  if (route === "chat") {
    return askChat(stage, prompt, { stream, ignore_eos: true, max_tokens: 60_000 });
  }
  return ask(`${stage.chaski.url}/v1/responses`, {
    input: `[[tool]] ${prompt}`,
    tools: [TOOL],
    tool_choice: "none",
    max_output_tokens: 60_000,
    stream,
  });
}

const KINDS = (["responses", "chat"] as const).flatMap((route) =>
  [true, false].map((stream) => ({ route, stream }))
);

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the next request has to wait for its first byte after somebody has left. */
async function waitAfter(stage: RealStage, leaver: Client): Promise<number> {
  const next = askChat(stage, "next", { max_tokens: 4 });
  await sleep(150);
  const leftAt = await leaver.leave();
  return await next.firstByte - leftAt;
}

/** Milliseconds of the longest of the first batches of the long prompt, asked directly. */
async function batchTime(stage: RealStage): Promise<number> {
  const leave = new AbortController();
  const response = await fetch(`${stage.llama.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({
      messages: [{ role: "user", content: `direct ${LONG_PROMPT}` }],
      stream: true,
      return_progress: true,
    }),
    signal: leave.signal,
  });
  const times: number[] = [];
  let text = "";
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    const progress = [...text.matchAll(/"prompt_progress":(\{[^}]*\})/g)];
    times.splice(0, times.length, ...progress.map(([, json]) => JSON.parse(json ?? "").time_ms));
    if (times.length > 5) break;
  }
  leave.abort();
  assert(times.length > 5, text.slice(0, 500));
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0)));
}

/** Tokens of prompts that were read and not found in a cache, by llama-server's own count. */
async function promptTokens({ llama }: RealStage): Promise<number> {
  const text = await (await fetch(`${llama.url}/metrics`)).text();
  return Number(/^llamacpp:prompt_tokens_total (\d+)$/m.exec(text)?.[1]);
}

async function checkAnswering(stage: RealStage): Promise<void> {
  for (const { route, stream } of KINDS) {
    const leaver = askAtLength(stage, route, stream, "Hello");
    if (stream) await leaver.firstByte;
    await sleep(300);
    const waited = await waitAfter(stage, leaver);
    assert(waited < SOON, `${route} ${stream ? "streamed" : "whole"}, answering: ${waited} ms`);
  }
}

async function checkReading(stage: RealStage): Promise<void> {
  const batch = await batchTime(stage);
  for (const [i, { route, stream }] of KINDS.entries()) {
    // Each begins differently, so that none finds the other's prompt in the cache.
    const leaver = askAtLength(stage, route, stream, `${i} ${route} ${LONG_PROMPT}`);
    await sleep(600);
    const waited = await waitAfter(stage, leaver);
    const what = `${route} ${stream ? "streamed" : "whole"}, reading`;
    // The batch under way, on a machine that may have become twice as slow meanwhile.
    assert(waited < 2 * batch + SOON, `${what}: ${waited} ms, a batch takes ${batch} ms`);
  }
}

/** Whoever leaves the queue is never begun with: nobody reads the marked prompts. */
async function checkQueued(stage: RealStage): Promise<void> {
  const busy = askAtLength(stage, "chat", true, "busy");
  await busy.firstByte;
  const before = await promptTokens(stage);
  const queued = KINDS.map(({ route, stream }) => askMarked(stage, route, stream));
  await sleep(300);
  for (const client of queued) await client.leave();
  await sleep(100);
  const waited = await waitAfter(stage, busy);
  assert(waited < SOON, `the first that stayed in the queue: ${waited} ms`);
  await sleep(500);
  const read = await promptTokens(stage) - before;
  assert(read < 100, `${read} tokens were read, of prompts that nobody waits for`);
}

function askMarked(stage: RealStage, route: Route, stream: boolean): Client {
  if (route === "chat") return askChat(stage, MARKED, { stream });
  return ask(`${stage.chaski.url}/v1/responses`, { input: MARKED, stream });
}

function assertLog({ chaski }: RealStage): void {
  const lines = chaski.log().filter(({ outcome }) => outcome !== undefined);
  const outcomes = new Set(lines.map(({ outcome }) => outcome));
  assertEquals([...outcomes].sort(), ["cancelled", "complete"]);
  assert(!/    at |Error|rejection/.test(chaski.stderr()), chaski.stderr());
}

const ARGS = ["--metrics", "--cache-ram", "0"];

Deno.test("a client that leaves makes room at once, with one slot [H05]", async () => {
  await using stage = await realStage(["-c", String(CONTEXT), "-np", "1", ...ARGS]);
  await checkAnswering(stage);
  await checkReading(stage);
  await checkQueued(stage);
  assertLog(stage);
});

Deno.test("a client that leaves makes room at once, beside another client's stream [H05]", async () => {
  await using stage = await realStage(["-c", String(2 * CONTEXT), "-np", "2", ...ARGS]);
  const other = askAtLength(stage, "chat", true, "other");
  await other.firstByte;
  await checkAnswering(stage);
  await checkReading(stage);
  await checkQueued(stage);
  await other.leave();
  assertLog(stage);
});
