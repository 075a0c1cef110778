import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { completedItems, errorMessages } from "../../codex/codex_events.ts";
import type { CodexRun } from "../../codex/codex_process.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { delta, opening, stream, text } from "../../fake_llama/answers.ts";
import { cut, failure } from "../../fake_llama/script.ts";
import type { FakeScenario } from "../scenario.ts";

/** What goes wrong behind Chaski or in the configuration, and what the user reads then. */
export const failures: readonly FakeScenario[] = [
  { upstream: "fake", name: "500 before the stream is retried", run: serverError },
  { upstream: "fake", name: "loading is waited for", run: loading },
  { upstream: "fake", name: "a cut in mid-stream is retried", run: cutInStream },
  { upstream: "fake", name: "overflow of the context ends the turn", run: overflow },
  { upstream: "fake", name: "a length stop is told as incomplete", run: lengthStop },
  {
    upstream: "fake",
    name: "an unknown model is told at once",
    options: { model: "nobody" },
    run: unknownModel,
  },
  {
    upstream: "fake",
    name: "a wrong key is told",
    options: { key: "right", wrongKey: "wrong" },
    run: wrongKey,
  },
];

const TEXT = "Hello from the fake.";

async function serverError({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(failure(500, "server_error", "something broke"));
  fake.reply(text(TEXT));
  assertSpoke(await codex.exec("Hello."));
  assertEquals(fake.requests.length, 2);
}

async function loading({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(failure(503, "unavailable_error", "Loading model"));
  fake.reply(text(TEXT));
  const start = performance.now();
  assertSpoke(await codex.exec("Hello."));
  assertEquals(fake.requests.length, 2);
  // Codex waits as long as `retry-after` says, not the 0.2 s of its own first retry.
  assert(performance.now() - start > 2000);
}

async function cutInStream({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(opening(), delta({ content: "Hello from the part" }), cut());
  fake.reply(text(TEXT));
  const run = await codex.exec("Hello.");
  // Half a message is never an item, so the retry repeats nothing.
  assertSpoke(run);
  assertEquals(fake.requests.length, 2);
  const [told, ...others] = errorMessages(run.events);
  assertMatch(
    told ?? "",
    /^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: Cannot/,
  );
  assertEquals(others, []);
}

async function overflow({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(failure(
    400,
    "exceed_context_size_error",
    "the request exceeds the available context size. try increasing the context size or enable context shift",
    { n_prompt_tokens: 9000, n_ctx: 8192 },
  ));
  const run = await codex.exec("Hello.");
  assertEquals(run.code, 1);
  assertStringIncludes(
    lastWords(run),
    "Codex ran out of room in the model's context window. Start a new thread or clear earlier history",
  );
  assertEquals(fake.requests.length, 1);
}

async function lengthStop({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(stream({ text: "Hello and", finish: "length" }));
  const run = await codex.exec("Hello.");
  assertEquals(run.code, 1);
  assertStringIncludes(
    lastWords(run),
    "Incomplete response returned, reason: max_output_tokens",
  );
  assertEquals(fake.requests.length, 1);
}

async function unknownModel({ codex, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("Hello.");
  assertEquals(run.code, 1);
  assertStringIncludes(lastWords(run), "Cannot find the model 'nobody': there is 'tiny'");
  assertEquals(fake.requests.length, 0);
}

async function wrongKey({ codex, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("Hello.");
  assertEquals(run.code, 1);
  assertStringIncludes(lastWords(run), "unexpected status 401 Unauthorized: Cannot");
  assertEquals(fake.requests.length, 0);
}

function assertSpoke(run: CodexRun): void {
  assertEquals(run.code, 0, run.stderr);
  assertEquals(completedItems(run.events, "agent_message").map((item) => item.text), [TEXT]);
}

/** The message of `turn.failed`. */
function lastWords({ events }: CodexRun): string {
  return events.findLast(({ type }) => type === "turn.failed")?.error?.message ??
    `the turn did not fail: ${JSON.stringify(events)}`;
}
