import type { Log } from "../../src/log.ts";

/** A log that keeps its sentences, each behind its level. */
export function recordingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const say = (level: string) => (sentence: string) => void lines.push(`${level} ${sentence}`);
  return { lines, debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
}
