import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completedItems, errorMessages } from "../../codex/codex_events.ts";
import { fetchesCatalogue } from "../../codex/codex_config.ts";
import { textTurn } from "../../codex/command_turn.ts";
import type { Codex, FakeStage } from "../../codex/stage.ts";
import { stream, text, toolCall, toolCalls } from "../../fake_llama/answers.ts";
import { chatMessages, toolOutputs } from "../../clients/offered.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** Turns that end well, over answers that are written here. */
export const turns: readonly FakeScenario[] = [
  { upstream: "fake", name: "a turn of text", run: textTurn },
  { upstream: "fake", name: "a command and its output", run: command },
  { upstream: "fake", name: "two parallel commands", run: parallelCommands },
  { upstream: "fake", name: "a command that goes on and is typed to", run: longCommand },
  { upstream: "fake", name: "reasoning is shown", run: reasoning },
  { upstream: "fake", name: "reasoning goes back beside its call", run: reasoningReplayed },
  { upstream: "fake", name: "the catalogue is understood", run: catalogue },
  { upstream: "fake", name: "--output-schema asks again when the text misfits", run: schema },
  { upstream: "fake", name: "--output-schema after a command", run: schemaAfterCommand },
  { upstream: "fake", name: "resume --last replays the conversation", run: resume },
];

async function command({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(toolCall("exec_command", { cmd: "echo one-two" }));
  fake.reply(text("It said one-two."));
  const run = await codex.exec("Run it.");
  assertEquals(said(run), ["It said one-two."]);
  const [ran] = completedItems(run.events, "command_execution");
  assertEquals([ran?.aggregated_output, ran?.exit_code], ["one-two\n", 0]);
  assertStringIncludes(toolOutputs(fake.requests[1]?.body)[0] ?? "", "one-two");
  assertEquals(fake.requests.length, 2);
}

async function parallelCommands({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(toolCalls([
    { name: "exec_command", arguments: { cmd: "echo first" } },
    { name: "exec_command", arguments: { cmd: "echo second" } },
  ]));
  fake.reply(text("Both ran."));
  const run = await codex.exec("Run both.");
  assertEquals(said(run), ["Both ran."]);
  const outputs = completedItems(run.events, "command_execution").map((item) =>
    item.aggregated_output
  );
  assertEquals(outputs.sort(), ["first\n", "second\n"]);
  // Whichever ends first: the outputs stand in the order of the calls.
  const [one, two, ...others] = toolOutputs(fake.requests[1]?.body);
  assertStringIncludes(one ?? "", "first");
  assertStringIncludes(two ?? "", "second");
  assertEquals(others, []);
}

async function longCommand({ codex, fake }: FakeStage): Promise<void> {
  const cmd = "read -r word; echo heard-$word";
  fake.reply(toolCall("exec_command", { cmd, tty: true, yield_time_ms: 300 }));
  fake.reply(({ body }) => {
    const [, id] = /session ID (\d+)/.exec(toolOutputs(body)[0] ?? "") ?? [];
    return toolCall("write_stdin", { session_id: Number(id), chars: "llama\n" });
  });
  fake.reply(text("It heard me."));
  assertEquals(said(await codex.exec("Talk to it.")), ["It heard me."]);
  assertStringIncludes(toolOutputs(fake.requests[2]?.body)[1] ?? "", "heard-llama");
}

async function reasoning({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(stream({ reasoning: "First I think.", text: "Then I speak." }));
  const run = await codex.exec("Think.");
  assertEquals(said(run), ["Then I speak."]);
  assertEquals(completedItems(run.events, "reasoning").map((item) => item.text), [
    "First I think.",
  ]);
}

async function reasoningReplayed({ codex, fake }: FakeStage): Promise<void> {
  const calls = [{ name: "exec_command", arguments: { cmd: "echo one" } }];
  fake.reply(stream({ reasoning: "First I look.", calls }));
  fake.reply(text("It is one."));
  assertEquals(said(await codex.exec("Think.")), ["It is one."]);
  const call = chatMessages(fake.requests[1]?.body).find(({ role }) => role === "assistant");
  assertEquals(call?.["reasoning_content"], "First I look.");
  assert(Array.isArray(call?.["tool_calls"]));
}

async function catalogue({ codex, chaski, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("Hello.");
  assertEquals(run.code, 0, run.stderr);
  // A model that Codex does not know is an event, a catalogue that it cannot read a log line.
  assertEquals(errorMessages(run.events), []);
  assert(!/ERROR|failed to/.test(run.stderr), run.stderr);
  if (fetchesCatalogue(codex.version)) {
    await chaski.logged(({ path, status }) => path === "/v1/models" && status === 200);
    assertStringIncludes(await codex.workspace.read("home/models_cache.json"), '"tiny"');
  }
  // The catalogue's own instructions stand in place of Codex's 16,000 characters.
  assert((fake.requests[0]?.bodyText.length ?? Infinity) < 20_000);
}

const ANSWER_SCHEMA = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

async function schema({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(text("This is no JSON."));
  fake.reply(text('{"city":"Cusco"}'));
  const run = await codex.exec(...await outputSchema(codex), "Which city?");
  assertEquals(said(run), ['{"city":"Cusco"}']);
  const [first, second] = fake.requests.map(({ body }) => body);
  // llama-server would let a schema forbid the calls, so the tools come first and alone.
  assertEquals([first?.["response_format"], Array.isArray(first?.["tools"])], [undefined, true]);
  assertStringIncludes(JSON.stringify(second?.["response_format"]), '"city"');
}

async function schemaAfterCommand({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(toolCall("exec_command", { cmd: "echo Cusco" }));
  fake.reply(text('{"city":"Cusco"}'));
  const run = await codex.exec(...await outputSchema(codex), "Which city?");
  assertEquals(said(run), ['{"city":"Cusco"}']);
  assertStringIncludes(toolOutputs(fake.requests[1]?.body)[0] ?? "", "Cusco");
  // A text that fits at once is not asked for again.
  assertEquals(fake.requests.length, 2);
}

async function outputSchema({ workspace }: Codex): Promise<string[]> {
  return ["--output-schema", await workspace.write("schema.json", JSON.stringify(ANSWER_SCHEMA))];
}

async function resume({ codex, fake }: FakeStage): Promise<void> {
  fake.reply(text("The first answer."));
  assertEquals(said(await codex.exec("The first question.")), ["The first answer."]);
  fake.reply(text("The second answer."));
  const second = await codex.exec("resume", "--last", "The second question.");
  assertEquals(said(second), ["The second answer."]);
  const asked = fake.requests[1]?.bodyText ?? "";
  const places = ["The first question.", "The first answer.", "The second question."]
    .map((sentence) => asked.indexOf(sentence));
  assert(places.every((place) => place >= 0), asked);
  assertEquals(places, places.toSorted((a, b) => a - b));
}
