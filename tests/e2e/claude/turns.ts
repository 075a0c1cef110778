import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { thoughts, toolCalls } from "../../claude/claude_events.ts";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { bashTurn, editTurn, textTurn, writeTurn } from "../../claude/turns.ts";
import { chatMessages, toolOutputs } from "../../clients/offered.ts";
import { startRelay } from "../../clients/recorder.ts";
import { stream, text, toolCall, toolCalls as calling } from "../../fake_llama/answers.ts";
import type { FakeScenario } from "./scenario.ts";

/** Turns that end well, over answers that are written here. */
export const turns: readonly FakeScenario[] = [
  { upstream: "fake", name: "a turn of text", run: textTurn },
  { upstream: "fake", name: "a command and its output", run: bashTurn },
  { upstream: "fake", name: "a file is written", run: writeTurn },
  { upstream: "fake", name: "a file is read and edited", run: editTurn },
  { upstream: "fake", name: "two parallel commands", run: (stage) => parallel(stage, 2) },
  { upstream: "fake", name: "three parallel commands", run: (stage) => parallel(stage, 3) },
  { upstream: "fake", name: "a failing command is told as failed", run: failing },
  { upstream: "fake", name: "thinking is shown", run: thinking },
  { upstream: "fake", name: "thinking goes back beside its call", run: thinkingReplayed },
  { upstream: "fake", name: "--continue replays the conversation", run: continued },
];

/** The first call ends last. */
async function parallel({ claude, chaski, fake }: FakeStage, count: number): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  const ids = Array.from({ length: count }, (_, i) => `call-${i}`);
  fake.reply(calling(ids.map((id, i) => ({
    id,
    name: "Bash",
    arguments: { command: `sleep 0.${count - i}; echo from-${id}` },
  }))));
  fake.reply(text("All ran."));
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Run them.");
  assertEquals(said(run), "All ran.");
  const outputs = ids.map((id) => `from-${id}`);
  assertEquals(toolCalls(run.events).map(({ result }) => result), outputs);
  // One request brings all results; the model reads them in the order of the calls.
  assertEquals(relay.requests.length, 2);
  assertEquals(toolOutputs(fake.requests[1]?.body), outputs);
}

async function failing({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(toolCall("Bash", { command: "echo out; exit 3" }));
  fake.reply(text("It failed."));
  const run = await claude.run("Run it.");
  assertEquals(said(run), "It failed.");
  assertEquals(toolCalls(run.events).map(({ failed }) => failed), [true]);
  const [output = ""] = toolOutputs(fake.requests[1]?.body);
  assertStringIncludes(output, "[the tool failed]");
  assertStringIncludes(output, "out");
}

async function thinking({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(stream({ reasoning: "First I think.", text: "Then I speak." }));
  const run = await claude.run("Think.");
  assertEquals(said(run), "Then I speak.");
  assertEquals(thoughts(run.events), ["First I think."]);
}

async function thinkingReplayed({ claude, fake }: FakeStage): Promise<void> {
  const calls = [{ name: "Bash", arguments: { command: "echo one" } }];
  fake.reply(stream({ reasoning: "First I look.", text: "I look.", calls }));
  fake.reply(text("It is one."));
  const run = await claude.run("Think.");
  assertEquals(said(run), "It is one.");
  assertEquals(thoughts(run.events), ["First I look."]);
  const call = chatMessages(fake.requests[1]?.body).find(({ role }) => role === "assistant");
  assertEquals([call?.["reasoning_content"], call?.["content"]], ["First I look.", "I look."]);
  assert(Array.isArray(call?.["tool_calls"]));
}

async function continued({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(text("The first answer."));
  assertEquals(said(await claude.run("The first question.")), "The first answer.");
  fake.reply(text("The second answer."));
  assertEquals(said(await claude.run("--continue", "The second question.")), "The second answer.");
  const [first, second] = fake.requests.map(({ body }) => JSON.stringify(chatMessages(body)));
  const asked = second ?? "";
  const places = ["The first question.", "The first answer.", "The second question."]
    .map((sentence) => asked.indexOf(sentence));
  assert(places.every((place) => place >= 0), asked);
  assertEquals(places, places.toSorted((a, b) => a - b));
  // What was said before is the beginning of what is said now, so that llama-server's cache serves.
  assert(first !== undefined && asked.startsWith(first.slice(0, -1)), `${first}\n${asked}`);
}
