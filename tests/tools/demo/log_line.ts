import type { Screen } from "./screen.ts";

/** A line of Chaski's JSON log for a reader: the time and the sentence. Other lines stay as they are. */
export function logLine(line: string, screen: Screen): string {
  const record = parsed(line);
  if (record === undefined) return line;
  const time = new Date(record["@timestamp"]).toTimeString().slice(0, 8);
  return `  ${screen.faint(time)}  ${record.message}`;
}

function parsed(line: string): { "@timestamp": string; message: string } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
