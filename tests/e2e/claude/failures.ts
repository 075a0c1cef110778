import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lastWords, said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { startRelay } from "../../clients/recorder.ts";
import { delta, opening, text } from "../../fake_llama/answers.ts";
import { cut, delay, failure } from "../../fake_llama/script.ts";
import type { FakeScenario } from "./scenario.ts";

/** What goes wrong behind Chaski or in the configuration, and what the user reads then. */
export const failures: readonly FakeScenario[] = [
  { upstream: "fake", name: "500 before the stream is retried", run: serverError },
  { upstream: "fake", name: "loading is waited for", run: loading },
  { upstream: "fake", name: "a cut in mid-stream is asked for again", run: cutInStream },
  { upstream: "fake", name: "a llama-server that always dies is told", run: dyingServer },
  { upstream: "fake", name: "a llama-server that is gone is told", run: goneServer },
  { upstream: "fake", name: "a template's complaint is told at once", run: templateError },
  { upstream: "fake", name: "a template's late complaint is told", run: lateTemplateError },
  {
    upstream: "fake",
    name: "an unknown model is told",
    options: { model: "nobody" },
    run: unknownModel,
  },
  {
    upstream: "fake",
    name: "a wrong key is told at once",
    options: { key: "right", wrongKey: "wrong" },
    run: wrongKey,
  },
];

const TEXT = "Hello from the fake.";

/** Else Claude Code would try for three minutes. */
const IMPATIENT = { CLAUDE_CODE_MAX_RETRIES: "1" };

async function serverError({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(failure(500, "server_error", "something broke"));
  fake.reply(text(TEXT));
  assertEquals(said(await claude.run("Hello.")), TEXT);
  assertEquals(fake.requests.length, 2);
}

async function loading({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(failure(503, "unavailable_error", "Loading model"));
  fake.reply(text(TEXT));
  const start = performance.now();
  assertEquals(said(await claude.run("Hello.")), TEXT);
  assertEquals(fake.requests.length, 2);
  // Claude Code waits as long as `retry-after` says, not the 0.5 s of its own first retry.
  assert(performance.now() - start > 2000);
}

const DIES = [opening(), delta({ content: "Hello from the part" }), cut()];

async function cutInStream({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  fake.reply(DIES);
  fake.reply(text(TEXT));
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Hello.");
  assertEquals(said(run), TEXT);
  assertEquals(fake.requests.length, 2);
  // The same request once more, without a stream.
  assertEquals(relay.requests.map(({ body }) => body["stream"] === true), [true, false]);
}

async function dyingServer({ claude, fake }: FakeStage): Promise<void> {
  for (let i = 0; i < 4; i++) fake.reply(DIES);
  // The answer without a stream breaks off, too late for a status of its own.
  assertStringIncludes(
    lastWords(await claude.with(IMPATIENT).run("Hello.")),
    "Connection to the API was lost (ECONNRESET)",
  );
}

async function goneServer({ claude, fake }: FakeStage): Promise<void> {
  assertEquals(said(await claude.run("Hello.")), TEXT);
  await fake.down();
  const words = lastWords(await claude.with(IMPATIENT).run("Hello."));
  assertStringIncludes(words, "502 Cannot reach llama-server: the connection was refused.");
}

const COMPLAINT = failure(
  500,
  "server_error",
  "\n------------\nWhile executing CallExpression at line 85, column 32 in source:\n" +
    "...\nError: Jinja Exception: System message must be at the beginning.",
);

async function templateError({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(COMPLAINT);
  assertStringIncludes(
    lastWords(await claude.run("Hello.")),
    "Cannot build the prompt: the model's chat template refuses this conversation: " +
      "System message must be at the beginning.",
  );
  assertEquals(fake.requests.length, 1);
}

async function lateTemplateError({ claude, fake }: FakeStage): Promise<void> {
  // Chaski's 200 is out by then, so that the failure is an event: then the stream is left out.
  fake.reply(delay(2500), COMPLAINT);
  fake.reply(COMPLAINT);
  assertStringIncludes(lastWords(await claude.run("Hello.")), "must be at the beginning.");
  assertEquals(fake.requests.length, 2);
}

async function unknownModel({ claude, fake }: FakeStage): Promise<void> {
  const run = await claude.run("Hello.");
  assertStringIncludes(lastWords(run), "There's an issue with the selected model (nobody)");
  assertEquals(fake.requests.length, 0);
}

async function wrongKey({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Hello.");
  assertStringIncludes(lastWords(run), "Failed to authenticate. API Error: 401");
  assertEquals([relay.requests.length, fake.requests.length], [1, 0]);
}
