import { assertEquals, assertStringIncludes } from "@std/assert";
import { toolCalls } from "../../claude/claude_events.ts";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { chatMessages, toolOutputs } from "../../clients/offered.ts";
import { startRelay } from "../../clients/recorder.ts";
import { stream, text, toolCall } from "../../fake_llama/answers.ts";
import type { FakeScenario } from "./scenario.ts";

/** Answers that end otherwise than a model should, and go on all the same. */
export const endings: readonly FakeScenario[] = [
  { upstream: "fake", name: "an answer that was cut by length goes on", run: lengthStop },
  { upstream: "fake", name: "a call that was cut by length is told", run: cutCall },
  { upstream: "fake", name: "an empty answer is asked for again", run: empty },
  {
    upstream: "fake",
    name: "two empty answers are told",
    run: emptyTwice,
  },
  { upstream: "fake", name: "a tool call printed as text runs", run: printedCall },
  { upstream: "fake", name: "bash for Bash runs", run: wrongCase },
  { upstream: "fake", name: "an unknown parameter is taken out", run: unknownParameter },
  { upstream: "fake", name: "a tool that is not there", run: unknownTool },
];

async function lengthStop({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(stream({ text: "Hello and", finish: "length" }));
  fake.reply(text("goodbye."));
  assertStringIncludes(said(await claude.run("Greet.")) ?? "", "goodbye.");
  const [, resumed, ...others] = fake.requests.map(({ body }) =>
    JSON.stringify(chatMessages(body))
  );
  assertStringIncludes(resumed ?? "", "Hello and");
  assertStringIncludes(resumed ?? "", "Output token limit hit.");
  assertEquals(others, []);
}

async function cutCall({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  const half = { name: "Bash", arguments: '{"command":"echo never-' };
  fake.reply(stream({ calls: [half], finish: "length" }));
  fake.reply(text("I stop."));
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Run it.");
  assertEquals(said(run), "I stop.");
  assertEquals(toolCalls(run.events).filter(({ failed }) => !failed), []);
  assertStringIncludes(JSON.stringify(relay.requests[1]?.body), "__unparsedToolInput");
  // The model reads that its call failed.
  assertEquals(toolOutputs(fake.requests[1]?.body).length, 1);
  assertStringIncludes(JSON.stringify(chatMessages(fake.requests[1]?.body)), "never-");
}

async function empty({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  fake.reply(stream({}));
  fake.reply(text("Here I am."));
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Hello.");
  assertEquals(said(run), "Here I am.");
  assertEquals([relay.requests.length, fake.requests.length], [1, 2]);
}

async function emptyTwice({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(stream({}));
  fake.reply(stream({}));
  const told = "[The model ended its turn twice without an answer.]";
  assertEquals(said(await claude.run("Hello.")), told);
  assertEquals(fake.requests.length, 2);
}

const RUNS = { command: "echo it-ran" };

async function printedCall({ claude, fake }: FakeStage): Promise<void> {
  const call = JSON.stringify({ name: "Bash", arguments: RUNS });
  fake.reply(text(`I run it.\n<tool_call>\n${call}\n</tool_call>`));
  await assertRan({ claude, fake });
}

async function wrongCase(stage: FakeStage): Promise<void> {
  stage.fake.reply(toolCall("bash", RUNS));
  await assertRan(stage);
}

async function unknownParameter(stage: FakeStage): Promise<void> {
  stage.fake.reply(toolCall("Bash", { ...RUNS, colour: "red" }));
  await assertRan(stage);
}

async function assertRan({ claude, fake }: Pick<FakeStage, "claude" | "fake">): Promise<void> {
  fake.reply(text("It ran."));
  const run = await claude.run("Run it.");
  assertEquals(said(run), "It ran.");
  const ran = { name: "Bash", input: RUNS, result: "it-ran", failed: false };
  assertEquals(toolCalls(run.events), [ran]);
  assertEquals(toolOutputs(fake.requests[1]?.body), ["it-ran"]);
}

async function unknownTool({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(toolCall("fly_to_cusco", { speed: "high" }));
  fake.reply(text("Then I walk."));
  assertEquals(said(await claude.run("Go to Cusco.")), "Then I walk.");
  const [output, ...others] = toolOutputs(fake.requests[1]?.body);
  assertStringIncludes(output ?? "", "fly_to_cusco");
  assertEquals(others, []);
}
