/** The requests that Claude Code really sent, as `tests/fixtures/claude-code` has them. */

const FOLDER = new URL("fixtures/claude-code/", import.meta.url);

/** A recorded request; its body is Claude Code's own. */
export interface RecordedClaudeCode {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: ClaudeCodeBody;
}

export interface ClaudeCodeBody {
  messages: { role: string; content: string | Record<string, unknown>[] }[];
  tools?: { name: string }[];
  stream?: boolean;
  [field: string]: unknown;
}

/** Headers of the connection, which a test makes itself. */
const HOP = ["connection", "host", "content-length", "accept-encoding"];

/** Reads the one whose file begins with this number. */
export async function recordedClaudeCode(number: string): Promise<RecordedClaudeCode> {
  const files: { file: string }[] = JSON.parse(await textOf("index.json"));
  const found = files.find(({ file }) => file.startsWith(`${number}-`));
  if (found === undefined) throw new Error(`Cannot find a recorded request: ${number}`);
  const { request } = JSON.parse(await textOf(found.file));
  const headers = Object.entries<string>(request.headers).filter(([name]) => !HOP.includes(name));
  return { ...request, headers: Object.fromEntries(headers) };
}

function textOf(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, FOLDER));
}
