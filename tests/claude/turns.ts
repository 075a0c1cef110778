/** Turns of Claude Code that must go well over any Messages server. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { PassedRequest } from "../clients/recorder.ts";
import { type ClaudeEvent, finalText, toolCalls } from "./claude_events.ts";
import type { ClaudeRun } from "./claude_process.ts";
import type { ClaudeStage } from "./stage.ts";

/** What Claude Code says last in a run that ended well. */
function said({ code, events, stderr }: ClaudeRun): string | null {
  assertEquals(code, 0, `${stderr}\n${JSON.stringify(events)}`);
  return finalText(events);
}

/** The messages of a request, as text. */
function messagesOf(request: PassedRequest | undefined): string {
  return JSON.stringify(request?.body["messages"]);
}

/** A turn that ends with one text of the model. */
export async function textTurn({ run, requests }: ClaudeStage): Promise<void> {
  const ended = await run("Say something.");
  assertEquals(said(ended), "Hello from the fake.");
  assertEquals(toolCalls(ended.events), []);
  assertEquals(requests.length, 1);
  assertStringIncludes(messagesOf(requests[0]), "Say something.");
}

/** A turn in which a command runs, and the model is told its output. */
export async function bashTurn({ model, run, workspace, requests }: ClaudeStage): Promise<void> {
  const input = { command: "echo $((20 + 22)) | tee said.txt", description: "Counts" };
  model.reply({ call: "Bash", input }, { text: "It is 42." });
  const ended = await run("Count.");
  assertEquals(said(ended), "It is 42.");
  assertEquals(toolCalls(ended.events), [{ name: "Bash", input, result: "42", failed: false }]);
  assertEquals(await workspace.read("repository/said.txt"), "42\n");
  assertEquals(requests.length, 2);
  assertStringIncludes(messagesOf(requests[1]), '"tool_result"');
}

/** A turn in which a file is made. */
export async function writeTurn({ model, run, workspace }: ClaudeStage): Promise<void> {
  const input = { file_path: join(workspace.repository, "poem.txt"), content: "Äpfel\n\ttab\n" };
  model.reply({ call: "Write", input }, { text: "Written." });
  const ended = await run("Write a poem.");
  assertEquals(said(ended), "Written.");
  assertEquals(toolCalls(ended.events).map(({ name, failed }) => [name, failed]), [
    ["Write", false],
  ]);
  assertEquals(await workspace.read("repository/poem.txt"), input.content);
}

/** A turn in which a file is read and changed. */
export async function editTurn({ model, run, workspace }: ClaudeStage): Promise<void> {
  const file_path = await workspace.write("repository/poem.txt", "one\ntwo\nthree\n");
  model.reply(
    { call: "Read", input: { file_path } },
    { call: "Edit", input: { file_path, old_string: "two", new_string: "zwei" } },
    { text: "Edited." },
  );
  const ended = await run("Translate the second line.");
  assertEquals(said(ended), "Edited.");
  const [read, edit] = toolCalls(ended.events);
  assertStringIncludes(read?.result ?? "", "three");
  assertEquals([edit?.name, edit?.failed], ["Edit", false]);
  assertEquals(await workspace.read("repository/poem.txt"), "one\nzwei\nthree\n");
}

/** Milliseconds. */
const LIMIT = 1000;

/** The user presses Ctrl-C: the request must not go on for nobody. */
export async function interruptedTurn({ model, start }: ClaudeStage): Promise<void> {
  model.reply({ silence: true });
  await using process = start("Say something.");
  const request = await model.nextRequest();
  await process.seen(({ type, subtype }: ClaudeEvent) => type === "system" && subtype === "init");
  const killedAt = performance.now();
  process.kill("SIGINT");
  const { code, events } = await process.ended;
  const after = await request.hungUp() - killedAt;
  assert(after < LIMIT, `the request was left only after ${Math.round(after)} ms`);
  // Its last event tells of the interruption; its exit code does not.
  assertEquals([code, events.at(-1)?.subtype], [0, "error_during_execution"]);
}
