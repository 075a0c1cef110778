import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { providerKey } from "../../codex/codex_config.ts";
import { completedItems } from "../../codex/codex_events.ts";
import { type JsonBody, startRelay } from "../../clients/recorder.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { stream, text } from "../../fake_llama/answers.ts";
import { failure, type Script } from "../../fake_llama/script.ts";
import { offeredFunctions, toolOutputs } from "../../clients/offered.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** A conversation that outgrows the context, which the fake says to be full after one command. */
export const compaction: readonly FakeScenario[] = [
  { upstream: "fake", name: "compaction by a summary", run: local },
  { upstream: "fake", name: "compaction that does not fit at first", run: localTooLong },
  // Older versions ask `POST /v1/responses/compact`.
  { upstream: "fake", name: "compaction by the server", since: "0.145.0", run: remote },
];

const SUMMARY = "The user wants a greeting; one was printed already.";

/** A command after which nine tenths of the 8192 tokens are used. */
function fillingCommand(): Script {
  return stream({
    calls: [{ name: "exec_command", arguments: { cmd: "echo hello-from-before" } }],
    usage: { prompt: 8000 },
  });
}

async function local({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(fillingCommand());
  fake.reply(text(SUMMARY));
  fake.reply(text("It is done."));
  const run = await codex.exec("Print a greeting.");
  assertEquals(said(run), ["It is done."]);
  assertEquals(completedItems(run.events, "command_execution").length, 1);
  const [first, compacting, after, ...others] = fake.requests.map(({ body }) => body);
  assertAsksForSummary(compacting, first);
  assertRebuilt(after);
  assertEquals(others, []);
}

async function localTooLong({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(fillingCommand());
  fake.reply(failure(400, "exceed_context_size_error", "too long", {
    n_prompt_tokens: 9000,
    n_ctx: 8192,
  }));
  fake.reply(text(SUMMARY));
  fake.reply(text("It is done."));
  assertEquals(said(await codex.exec("Print a greeting.")), ["It is done."]);
  const [first, , compacting, after, ...others] = fake.requests.map(({ body }) => body);
  assertAsksForSummary(compacting, first);
  assertRebuilt(after);
  assertEquals(others, []);
}

async function remote({ codex, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/responses");
  fake.reply(fillingCommand());
  fake.reply(text(SUMMARY));
  fake.reply(text("It is done."));
  const run = await codex.exec(
    ...providerKey("name", "OpenAI"),
    ...providerKey("base_url", `${relay.url}/v1`),
    "Print a greeting.",
  );
  assertEquals(said(run), ["It is done."]);
  const [, asked, replayed, ...others] = relay.requests.map(({ body }) => body["input"]);
  assert(Array.isArray(asked) && Array.isArray(replayed), JSON.stringify(run.events));
  assertEquals(asked.at(-1)?.type, "compaction_trigger");
  assertEquals(replayed.filter(({ type }) => type === "compaction").length, 1);
  assertEquals(others, []);
  const [first, compacting, after, ...more] = fake.requests.map(({ body }) => body);
  assertSameTools(compacting, first);
  assertRebuilt(after);
  assertEquals(more, []);
}

/** The thread's own tools stay in the prompt, so that its beginning is the one in the cache. */
function assertSameTools(body: JsonBody | undefined, first: JsonBody | undefined): void {
  assertEquals(names(body), names(first));
  assert(JSON.stringify(body?.["tools"]) === JSON.stringify(first?.["tools"]));
  assertEquals(body?.["tool_choice"], "none");
}

function names(body: JsonBody | undefined): string[] {
  return offeredFunctions(body).map(({ name }) => name);
}

function assertAsksForSummary(body: JsonBody | undefined, first: JsonBody | undefined): void {
  assertStringIncludes(JSON.stringify(body), "CONTEXT CHECKPOINT COMPACTION");
  assertSameTools(body, first);
}

/** The conversation goes on from the summary; what it stands for is gone. */
function assertRebuilt(body: JsonBody | undefined): void {
  const asked = JSON.stringify(body);
  assertStringIncludes(asked, SUMMARY);
  assertStringIncludes(asked, "Print a greeting.");
  assertEquals(toolOutputs(body), []);
}
