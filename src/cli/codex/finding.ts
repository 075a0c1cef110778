/** What `chaski doctor` finds: one line each. */

/** A line of the report; problems keep Codex from working, hints do not. */
export interface Finding {
  level: "ok" | "problem" | "hint";
  text: string;
}

/** A line that says what is as it should be. */
export function ok(text: string): Finding {
  return { level: "ok", text };
}

/** A line that says what keeps Codex from working, and how to mend it. */
export function problem(text: string): Finding {
  return { level: "problem", text };
}

/** A line that says what would work better, and how. */
export function hint(text: string): Finding {
  return { level: "hint", text };
}
