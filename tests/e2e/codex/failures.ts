import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { providerKey } from "../../codex/codex_config.ts";
import { errorMessages } from "../../codex/codex_events.ts";
import { isSince } from "../../clients/version.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { delta, opening, stream, text } from "../../fake_llama/answers.ts";
import { cut, delay, failure } from "../../fake_llama/script.ts";
import { lastWords, said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** What goes wrong behind Chaski or in the configuration, and what the user reads then. */
export const failures: readonly FakeScenario[] = [
  { upstream: "fake", name: "500 before the stream is retried", run: serverError },
  { upstream: "fake", name: "loading is waited for", run: loading },
  { upstream: "fake", name: "a cut in mid-stream is retried", run: cutInStream },
  { upstream: "fake", name: "a llama-server that always dies is told", run: dyingServer },
  { upstream: "fake", name: "a llama-server that is gone is told", run: goneServer },
  { upstream: "fake", name: "a full llama-server is told", run: overloaded },
  { upstream: "fake", name: "a template's complaint is told at once", run: templateError },
  { upstream: "fake", name: "overflow of the context ends the turn", run: overflow },
  { upstream: "fake", name: "overflow that is noticed late ends the turn", run: lateOverflow },
  { upstream: "fake", name: "a length stop is told as incomplete", run: lengthStop },
  {
    upstream: "fake",
    name: "an unknown model is told",
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
  assertEquals(said(await codex.exec("Hello.")), [TEXT]);
  assertEquals(fake.requests.length, 2);
}

async function loading({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(failure(503, "unavailable_error", "Loading model"));
  fake.reply(text(TEXT));
  const start = performance.now();
  assertEquals(said(await codex.exec("Hello.")), [TEXT]);
  assertEquals(fake.requests.length, 2);
  // Codex waits as long as `retry-after` says, not the 0.2 s of its own first retry. 0.145 does not.
  assert(performance.now() - start > 2000 || !isSince(codex.version, "0.160.0"));
}

async function cutInStream({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(opening(), delta({ content: "Hello from the part" }), cut());
  fake.reply(text(TEXT));
  const run = await codex.exec("Hello.");
  // Half a message is never an item, so the retry repeats nothing.
  assertEquals(said(run), [TEXT]);
  assertEquals(fake.requests.length, 2);
  const [told, ...others] = errorMessages(run.events);
  assertMatch(
    told ?? "",
    /^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: Cannot/,
  );
  assertEquals(others, []);
}

/** Makes Codex try only once more. */
const IMPATIENT = [
  ...providerKey("request_max_retries", 0),
  ...providerKey("stream_max_retries", 1),
];

async function dyingServer({ codex, fake }: FakeStage): Promise<void> {
  const dies = [opening(), delta({ content: "Hello from the part" }), cut()];
  fake.reply(dies);
  fake.reply(dies);
  const run = await codex.exec(...IMPATIENT, "Hello.");
  assertMatch(lastWords(run), /^stream disconnected before completion: Cannot .*llama-server/);
  assertEquals(fake.requests.length, 2);
}

async function goneServer({ codex, fake }: FakeStage): Promise<void> {
  assertEquals(said(await codex.exec("Hello.")), [TEXT]);
  await fake.down();
  const run = await codex.exec(...IMPATIENT, "Hello.");
  assertMatch(lastWords(run), /Cannot .*llama-server/);
}

async function overloaded({ codex, fake }: FakeStage): Promise<void> {
  const full = failure(500, "server_error", "Context size has been exceeded.");
  for (let i = 0; i < 12; i++) fake.reply(full);
  const run = await codex.exec(...IMPATIENT, "Hello.");
  assertMatch(lastWords(run), /Selected model is at capacity/);
  assert(fake.requests.length < 12);
}

async function templateError({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(failure(
    500,
    "server_error",
    "\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n" +
      "...\nError: Jinja Exception: System message must be at the beginning.",
  ));
  const run = await codex.exec("Hello.");
  assertStringIncludes(
    lastWords(run),
    "Cannot build the prompt: the model's chat template refuses this conversation: " +
      "System message must be at the beginning.",
  );
  assertEquals(fake.requests.length, 1);
}

const OVERFLOW = failure(
  400,
  "exceed_context_size_error",
  "the request exceeds the available context size. try increasing the context size or enable context shift",
  { n_prompt_tokens: 9000, n_ctx: 8192 },
);

const OUT_OF_ROOM =
  "Codex ran out of room in the model's context window. Start a new thread or clear earlier history";

async function overflow({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(OVERFLOW);
  const run = await codex.exec("Hello.");
  // Codex 0.160 and older do not read the code of a 400; they show it as it is.
  const told = isSince(codex.version, "0.166.0") ? OUT_OF_ROOM : "context_length_exceeded";
  assertStringIncludes(lastWords(run), told);
  assertEquals(fake.requests.length, 1);
}

async function lateOverflow({ codex, fake }: FakeStage): Promise<void> {
  // Chaski's 200 is out by then, so that the failure is an event.
  fake.reply(delay(2500), OVERFLOW);
  assertStringIncludes(lastWords(await codex.exec("Hello.")), OUT_OF_ROOM);
  assertEquals(fake.requests.length, 1);
}

async function lengthStop({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(stream({ text: "Hello and", finish: "length" }));
  const run = await codex.exec("Hello.");
  const reason = "Incomplete response returned, reason: max_output_tokens";
  assertStringIncludes(errorMessages(run.events)[0] ?? "", reason);
  // Codex 0.160 and older ask again.
  if (!isSince(codex.version, "0.166.0")) return assertEquals(said(run), ["Hello and", TEXT]);
  assertStringIncludes(lastWords(run), reason);
  assertEquals(fake.requests.length, 1);
}

async function unknownModel({ codex, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("Hello.");
  assertStringIncludes(lastWords(run), "Cannot find the model 'nobody': there is 'tiny'");
  assertEquals(fake.requests.length, 0);
}

async function wrongKey({ codex, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("Hello.");
  assertStringIncludes(lastWords(run), "unexpected status 401 Unauthorized: Cannot");
  assertEquals(fake.requests.length, 0);
}
