import { assert, assertEquals } from "@std/assert";
import { completedItems } from "../../codex/codex_events.ts";
import type { CodexRun } from "../../codex/codex_process.ts";

/** The model's messages in a run that ended well. */
export function said(run: CodexRun): (string | undefined)[] {
  assertEquals(run.code, 0, `${run.stderr}\n${JSON.stringify(run.events)}`);
  return completedItems(run.events, "agent_message").map(({ text }) => text);
}

/** What the user reads last in a run that failed: the message of `turn.failed`. */
export function lastWords({ code, events }: CodexRun): string {
  const failed = events.findLast(({ type }) => type === "turn.failed");
  assert(failed?.error !== undefined, `the turn did not fail: ${JSON.stringify(events)}`);
  assertEquals(code, 1);
  return failed.error.message;
}
