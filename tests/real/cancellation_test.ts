/**
 * The cancellation table on a real llama-server: whoever leaves makes room for the next one at once,
 * in every phase, on every route, streamed or whole, alone and beside another client's stream.
 */
import { assert, assertEquals } from "@std/assert";
import { type RawClient, rawPost } from "../http/raw_client.ts";
import { type RealStage, realStage } from "./real_stage.ts";

/** Milliseconds within which the next request gets its first byte; generous, for busy machines. */
const SOON = 2_500;
const CONTEXT = 131_072;
/** More than 50,000 tokens, which the tiny model reads in about a minute. */
const LONG_PROMPT = "the quick brown fox walks ".repeat(10_500);

type Route = "responses" | "chat" | "messages";

function askChat(
  { chaski }: RealStage,
  content: string,
  more: Record<string, unknown> = {},
): Promise<RawClient> {
  const messages = [{ role: "user", content: `[[plain]] ${content}` }];
  return rawPost(`${chaski.url}/v1/chat/completions`, { messages, stream: true, ...more });
}

/** A tool that is offered and must not be called: the tiny model then writes without an end. */
const parameters = { type: "object", properties: {} };
const TOOL = { type: "function", name: "f", parameters };

/** Somebody who will leave in the middle of a long answer, or of a long prompt. */
function askAtLength(
  stage: RealStage,
  { route, stream }: { route: Route; stream: boolean },
  prompt: string,
): Promise<RawClient> {
  if (route === "chat") {
    return askChat(stage, prompt, { stream, ignore_eos: true, max_tokens: 60_000 });
  }
  if (route === "messages") {
    return rawPost(`${stage.chaski.url}/v1/messages`, {
      messages: [{ role: "user", content: `[[tool]] ${prompt}` }],
      tools: [{ name: "f", input_schema: parameters }],
      tool_choice: { type: "none" },
      max_tokens: 60_000,
      stream,
    });
  }
  return rawPost(`${stage.chaski.url}/v1/responses`, {
    input: `[[tool]] ${prompt}`,
    tools: [TOOL],
    tool_choice: "none",
    max_output_tokens: 60_000,
    stream,
  });
}

const KINDS = (["responses", "chat", "messages"] as const).flatMap((route) =>
  [true, false].map((stream) => ({ route, stream }))
);

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long the next request has to wait for its first byte after somebody has left. */
async function waitAfter(stage: RealStage, leaver: RawClient): Promise<number> {
  const next = await askChat(stage, "next", { max_tokens: 4 });
  await sleep(150);
  const leftAt = await leaver.leave();
  const waited = await next.firstByte - leftAt;
  await next.leave();
  return waited;
}

/** Milliseconds of the longest of the first batches of the long prompt, asked directly. */
async function batchTime({ llama }: RealStage): Promise<number> {
  const client = await rawPost(`${llama.url}/v1/chat/completions`, {
    messages: [{ role: "user", content: `direct ${LONG_PROMPT}` }],
    stream: true,
    return_progress: true,
  });
  let times: number[] = [];
  for (const end = performance.now() + 60_000; times.length < 6;) {
    assert(performance.now() < end, client.text().slice(0, 500));
    await sleep(50);
    const found = client.text().matchAll(/"prompt_progress":\{[^}]*"time_ms":(\d+)/g);
    times = [...found].map(([, time]) => Number(time));
  }
  await client.leave();
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? 0)));
}

/** Tokens of prompts that were read and not found in a cache, by llama-server's own count. */
async function promptTokens({ llama }: RealStage): Promise<number> {
  const text = await (await fetch(`${llama.url}/metrics`)).text();
  return Number(/^llamacpp:prompt_tokens_total (\d+)$/m.exec(text)?.[1]);
}

async function checkAnswering(stage: RealStage): Promise<void> {
  for (const kind of KINDS) {
    const leaver = await askAtLength(stage, kind, "Hello");
    await leaver.head;
    await sleep(300);
    const waited = await waitAfter(stage, leaver);
    assert(waited < SOON, `${JSON.stringify(kind)}, answering: ${waited} ms`);
  }
}

async function checkReading(stage: RealStage, batch: number): Promise<void> {
  for (const [i, kind] of KINDS.entries()) {
    // Each begins differently, so that none finds another's prompt in the cache.
    const leaver = await askAtLength(stage, kind, `${i} ${LONG_PROMPT}`);
    await leaver.head;
    await sleep(300);
    const waited = await waitAfter(stage, leaver);
    const what = `${JSON.stringify(kind)}, reading: ${waited} ms, a batch takes ${batch} ms`;
    // The batch under way, on a machine that may have become twice as slow meanwhile.
    assert(waited < 2 * batch + SOON, what);
  }
}

/** Whoever leaves the queue is never begun with: nothing of these prompts is read. */
async function checkQueued(stage: RealStage): Promise<void> {
  const busy = await askAtLength(stage, { route: "chat", stream: true }, "busy");
  await busy.firstByte;
  const before = await promptTokens(stage);
  const queued = await Promise.all(
    KINDS.map((kind, i) => askAtLength(stage, kind, `${20 - i} ${LONG_PROMPT}`)),
  );
  // Behind the heads Chaski notices everyone who leaves (its design says why not before).
  await Promise.all(queued.map(({ head }) => head));
  for (const client of queued) await client.leave();
  const waited = await waitAfter(stage, busy);
  assert(waited < SOON, `the first that stayed in the queue: ${waited} ms`);
  await sleep(500);
  const read = await promptTokens(stage) - before;
  assert(read < 100, `${read} tokens were read for nobody`);
}

function assertLog({ chaski }: RealStage): void {
  const lines = chaski.log().filter(({ outcome }) => outcome !== undefined);
  const outcomes = new Set(lines.map(({ outcome }) => outcome));
  assertEquals([...outcomes].filter((outcome) => outcome !== "complete"), ["cancelled"]);
  assert(!/ {4}at |Error|rejection/.test(chaski.stderr()), chaski.stderr());
}

// A host-memory cache would give one's prompt to the next.
const ARGS = ["--alias", "tiny", "--metrics", "--cache-ram", "0"];

Deno.test("a client that leaves makes room at once, with one slot [H05]", async () => {
  await using stage = await realStage(["-c", String(CONTEXT), "-np", "1", ...ARGS]);
  const batch = await batchTime(stage);
  await checkAnswering(stage);
  await checkReading(stage, batch);
  await checkQueued(stage);
  assertLog(stage);
});

Deno.test("a client that leaves makes room at once, beside another client's stream [H05]", async () => {
  await using stage = await realStage(["-c", String(2 * CONTEXT), "-np", "2", ...ARGS]);
  const other = await askAtLength(stage, { route: "chat", stream: true }, "other");
  await other.firstByte;
  const batch = await batchTime(stage);
  await checkAnswering(stage);
  await checkReading(stage, batch);
  await checkQueued(stage);
  await other.leave();
  assertLog(stage);
});
