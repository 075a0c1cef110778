/**
 * Server-sent events for tests, written from the HTML standard's rules and apart from the
 * product's own reader, so that the one checks the other.
 */

/** An event as the standard dispatches it. */
export interface SseEvent {
  /** The `event` field, else `message`. */
  event: string;
  /** The parsed JSON, or the string `[DONE]`. */
  data: unknown;
  /** The data as text, lines joined with a line feed. */
  raw: string;
  /** The last `id` field so far, else the empty string. */
  id: string;
  /** Comments since the event before. */
  comments: string[];
  /** `performance.now()` when its last byte was read. */
  receivedAt: number;
}

/** A comment line, without its colon. */
export interface SseComment {
  comment: string;
  receivedAt: number;
}

/** A whole stream. */
export interface SseCollection {
  events: SseEvent[];
  /** Every comment, also one after the last event. */
  comments: SseComment[];
  /** What the standard discards: text after the last blank line. Empty for a well-formed stream. */
  rest: string;
}

/**
 * The events and comments of an answer as they come. Leaving the loop cancels the body.
 * Throws TypeError when the answer is no event stream, and what reading the body throws.
 */
export async function* sseParts(response: Response): AsyncGenerator<SseEvent | SseComment> {
  const parser = await parserFor(response);
  if (response.body === null) return;
  const text = response.body.pipeThrough(new TextDecoderStream());
  for await (const piece of text) yield* parser.feed(piece);
}

/** The events alone; comments are noted on the event that follows them. */
export async function* sseEvents(response: Response): AsyncGenerator<SseEvent> {
  for await (const part of sseParts(response)) if ("event" in part) yield part;
}

/** Reads an answer to its end. */
export async function collect(response: Response): Promise<SseCollection> {
  const parser = await parserFor(response);
  const all: SseCollection = { events: [], comments: [], rest: "" };
  const text = (response.body ?? new Blob().stream()).pipeThrough(new TextDecoderStream());
  for await (const piece of text) sort(parser.feed(piece), all);
  return { ...all, rest: parser.rest() };
}

/** Parses a stream that is at hand as text. */
export function parseSse(text: string): SseCollection {
  const parser = sseParser();
  const all: SseCollection = { events: [], comments: [], rest: "" };
  sort(parser.feed(text), all);
  return { ...all, rest: parser.rest() };
}

async function parserFor(response: Response) {
  const type = response.headers.get("content-type") ?? "";
  if (type.split(";")[0]?.trim().toLowerCase() === "text/event-stream") return sseParser();
  const body = await response.text();
  throw new TypeError(`Cannot read events: ${response.status} ${type}: ${body.slice(0, 500)}`);
}

function sort(parts: Iterable<SseEvent | SseComment>, all: SseCollection): void {
  for (const part of parts) {
    if ("event" in part) all.events.push(part);
    else all.comments.push(part);
  }
}

function sseParser() {
  const lines = lineSplitter();
  let fields = fresh();
  let id = "";
  let comments: string[] = [];

  function dispatch(): SseEvent | null {
    const { event, data } = fields;
    fields = fresh();
    if (data.length === 0) return null;
    const raw = data.join("\n");
    const done = { event: event || "message", raw, id, comments, receivedAt: performance.now() };
    comments = [];
    return { ...done, data: parseData(raw) };
  }

  function take(line: string): SseEvent | SseComment | null {
    if (line === "") return dispatch();
    const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (line.startsWith(":")) {
      comments.push(line.slice(1));
      return { comment: line.slice(1), receivedAt: performance.now() };
    }
    fields.lines.push(line);
    if (name === "data") fields.data.push(value);
    if (name === "event") fields.event = value;
    if (name === "id" && !value.includes("\0")) id = value;
    return null;
  }

  return {
    *feed(piece: string): Generator<SseEvent | SseComment> {
      for (const line of lines.feed(piece)) {
        const part = take(line);
        if (part) yield part;
      }
    },
    rest: () => [...fields.lines, lines.rest()].join("\n"),
  };
}

/** Lines end with CRLF, LF or CR, wherever the pieces are cut. */
function lineSplitter() {
  let text = "";
  let afterCr = false;
  return {
    *feed(piece: string): Generator<string> {
      text += afterCr && piece.startsWith("\n") ? piece.slice(1) : piece;
      if (piece !== "") afterCr = false;
      for (;;) {
        const end = /\r\n|\n|\r/.exec(text);
        if (end === null) return;
        // A CR at the end of a piece ends its line now; a LF that begins the next is its half.
        afterCr = end[0] === "\r" && end.index + 1 === text.length;
        const line = text.slice(0, end.index);
        text = text.slice(end.index + end[0].length);
        yield line;
      }
    },
    rest: () => text,
  };
}

function parseData(raw: string): unknown {
  if (raw === "[DONE]") return raw;
  try {
    return JSON.parse(raw);
  } catch (cause) {
    throw new SyntaxError(`Cannot read event: no JSON: ${raw.slice(0, 200)}`, { cause });
  }
}

function fresh() {
  return { event: "", data: new Array<string>(), lines: new Array<string>() };
}
