/**
 * Reads recorded exchanges with a real llama-server (`tests/fixtures/llama-server/*.txt`):
 * `#` lines are notes, `>>>` begins a request, `<<<` the answer to it.
 */
import { parseSse } from "./sse_reader.ts";

/** One recorded exchange. */
export interface Exchange {
  /** The `#` lines before the request, without the sign. */
  notes: string[];
  request: {
    method: string;
    /** The request target with its query. */
    path: string;
    /** Header names in lower case; only those worth noting were recorded. */
    headers: Record<string, string>;
    /** The body's text; `...` marks what the recorder cut. Empty where there was none. */
    body: string;
  };
  response: {
    status: number;
    /** Header names in lower case, without those of the connection. */
    headers: Record<string, string>;
    /** The body's text without the framing of chunks and without line feeds at its end. */
    body: string;
    /** Of an event stream the parsed payloads, `[DONE]` as a string; else empty. */
    events: unknown[];
  };
}

/** The exchanges of `tests/fixtures/llama-server/<name>.txt`. */
export async function readTranscript(name: string): Promise<Exchange[]> {
  const file = new URL(`./fixtures/llama-server/${name}.txt`, import.meta.url);
  return parseTranscript(await Deno.readTextFile(file));
}

/** Parses a transcript; throws SyntaxError for a text that is none. */
export function parseTranscript(text: string): Exchange[] {
  const [first = "", ...parts] = text.split(/^>>> /m);
  let notes = noteLines(first);
  return parts.map((part, at) => {
    const [asked = "", answer] = part.split(/^<<<\n/m);
    if (answer === undefined) throw new SyntaxError(`Cannot read exchange: no answer: ${asked}`);
    const isLast = at + 1 === parts.length;
    const { own, following } = isLast ? { own: answer, following: "" } : splitNotes(answer);
    const response = parseResponse(own);
    const exchange = { notes, request: parseRequest(asked), response };
    notes = noteLines(following);
    return exchange;
  });
}

/** Notes of the next exchange stand behind an answer, parted from it by a blank line. */
function splitNotes(answer: string): { own: string; following: string } {
  const at = /\n\n(?:#[^\n]*\n)+\n*$/.exec(answer)?.index ?? answer.length;
  return { own: answer.slice(0, at), following: answer.slice(at) };
}

function noteLines(text: string): string[] {
  const lines = text.split("\n").filter((line) => line !== "");
  const stray = lines.find((line) => !line.startsWith("#"));
  if (stray !== undefined) throw new SyntaxError(`Cannot read notes: no "#": ${stray}`);
  return lines.map((line) => line.replace(/^# ?/, ""));
}

function parseRequest(text: string): Exchange["request"] {
  const { head, body } = parts(text);
  const [line = "", ...headers] = head;
  const [, method = "", path = ""] = /^([A-Z]+) (\S+)$/.exec(line) ??
    fail(`Cannot read request: ${line}`);
  return { method, path, headers: parseHeaders(headers), body };
}

function parseResponse(text: string): Exchange["response"] {
  const { head, body } = parts(text);
  const [line = "", ...lines] = head;
  const [, status = ""] = /^HTTP\/1\.1 (\d{3}) /.exec(line) ?? fail(`Cannot read answer: ${line}`);
  const headers = parseHeaders(lines);
  const isStream = headers["content-type"] === "text/event-stream";
  const events = isStream ? parseSse(`${body}\n\n`).events.map((event) => event.data) : [];
  return { status: Number(status), headers, body, events };
}

function parts(text: string): { head: string[]; body: string } {
  const [head = "", ...rest] = text.split("\n\n");
  return { head: head.trimEnd().split("\n"), body: rest.join("\n\n").replace(/\n+$/, "") };
}

function parseHeaders(lines: string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
}

function fail(message: string): never {
  throw new SyntaxError(message);
}
