/** Turns of Claude Code that `deno task test` runs too. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { toolOutputs } from "../clients/offered.ts";
import { delta, opening, text, toolCall } from "../fake_llama/answers.ts";
import { live, type Script } from "../fake_llama/script.ts";
import { finalText, toolCalls } from "./claude_events.ts";
import { said } from "./said.ts";
import type { FakeStage, RealStage } from "./stage.ts";

/** A turn that ends with one text of the model. */
export async function textTurn({ claude, fake }: FakeStage): Promise<void> {
  const ended = await claude.run("Say something.");
  assertEquals(said(ended), "Hello from the fake.");
  assertEquals(toolCalls(ended.events), []);
  assertEquals(fake.requests.length, 1);
  assertStringIncludes(fake.requests[0]?.bodyText ?? "", "Say something.");
}

/** A turn in which a command runs, and the model is told its output. */
export async function bashTurn({ claude, fake }: FakeStage): Promise<void> {
  const input = { command: "echo $((20 + 22)) | tee said.txt", description: "Counts" };
  fake.reply(toolCall("Bash", input));
  fake.reply(text("It is 42."));
  const ended = await claude.run("Count.");
  assertEquals(said(ended), "It is 42.");
  assertEquals(toolCalls(ended.events), [{ name: "Bash", input, result: "42", failed: false }]);
  assertEquals(await claude.workspace.read("repository/said.txt"), "42\n");
  assertEquals(fake.requests.map(({ body }) => toolOutputs(body)), [[], ["42"]]);
}

/** A turn in which a file is made. */
export async function writeTurn({ claude, fake }: FakeStage): Promise<void> {
  const { workspace } = claude;
  const input = { file_path: join(workspace.repository, "poem.txt"), content: "Äpfel\n\ttab\n" };
  fake.reply(toolCall("Write", input));
  fake.reply(text("Written."));
  const ended = await claude.run("Write a poem.");
  assertEquals(said(ended), "Written.");
  assertEquals(toolCalls(ended.events).map(({ name, failed }) => [name, failed]), [
    ["Write", false],
  ]);
  assertEquals(await workspace.read("repository/poem.txt"), input.content);
}

/** A turn in which a file is read and changed. */
export async function editTurn({ claude, fake }: FakeStage): Promise<void> {
  const file_path = await claude.workspace.write("repository/poem.txt", "one\ntwo\nthree\n");
  fake.reply(toolCall("Read", { file_path }));
  fake.reply(toolCall("Edit", { file_path, old_string: "two", new_string: "zwei" }));
  fake.reply(text("Edited."));
  const ended = await claude.run("Translate the second line.");
  assertEquals(said(ended), "Edited.");
  const [read, edit] = toolCalls(ended.events);
  assertStringIncludes(read?.result ?? "", "three");
  assertEquals([edit?.name, edit?.failed], ["Edit", false]);
  assertEquals(await claude.workspace.read("repository/poem.txt"), "one\nzwei\nthree\n");
}

/** Milliseconds. */
const LIMIT = 1000;

/** The user presses Ctrl-C while the model writes. */
export function interruptedTurn(stage: FakeStage): Promise<void> {
  return interrupted(stage, [opening(), delta({ content: "Hello" }), live()]);
}

/** The user presses Ctrl-C: the request must not go on for nobody. */
export async function interrupted(
  { claude, chaski, fake }: FakeStage,
  answer: Script,
  limit = LIMIT,
): Promise<void> {
  fake.reply(answer);
  await using process = claude.start("Say something.");
  const request = await fake.nextRequest(20_000);
  await process.seen(({ type, subtype }) => type === "system" && subtype === "init");
  const killedAt = performance.now();
  process.kill("SIGINT");
  const { code, events } = await process.ended;
  const after = await request.hungUp() - killedAt;
  assert(after < limit, `the upstream was left only after ${Math.round(after)} ms`);
  // Neither its exit code nor any event tells of the interruption in every version.
  assertEquals([code, finalText(events)], [0, null]);
  const { level } = await chaski.logged(({ outcome }) => outcome === "cancelled");
  assertEquals(level, "INFO");
}

/** Arguments that keep the first request short enough for a tiny model, which reads slowly. */
export const SMALL = ["--tools", "Bash"];

/** A turn in which a real model runs a command and answers after it has seen the output. */
export async function commandTurn({ claude, recorder }: RealStage): Promise<void> {
  const ended = await claude.run(...SMALL, "--", "[[tool]] Run a command.");
  assert(said(ended), JSON.stringify(ended.events));
  // The tiny model's command is a city's name, so the output is the shell's complaint.
  const [call] = toolCalls(ended.events);
  assert(call?.name === "Bash" && call.result !== null, JSON.stringify(ended.events));
  assertEquals(toolOutputs(recorder.requests[0]), []);
  const [output, ...others] = toolOutputs(recorder.requests.at(-1));
  assertStringIncludes(output ?? "", call.result);
  assertEquals(others, []);
}
