import { assert, assertEquals } from "@std/assert";
import { finalText } from "./claude_events.ts";
import type { ClaudeRun } from "./claude_process.ts";

/** What Claude Code says last in a run that ended well. */
export function said({ code, events, stderr }: ClaudeRun): string | null {
  assertEquals(code, 0, `${stderr}\n${JSON.stringify(events)}`);
  return finalText(events);
}

/** What the user reads last in a run that failed. */
export function lastWords({ code, events }: ClaudeRun): string {
  const last = events.at(-1);
  assert(last?.is_error === true, `the turn did not fail: ${JSON.stringify(events)}`);
  assertEquals(code, 1);
  return last.result ?? "";
}
