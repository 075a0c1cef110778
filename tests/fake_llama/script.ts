/**
 * What an answer of the fake is made of: steps that are played one after the other.
 * The script's end ends the answer properly; `cut()` and `silence()` are the ways not to.
 */
import type { RecordedRequest } from "./request.ts";

/** One thing that the fake does while it answers. Times are milliseconds. */
export type Step =
  | WholeStep
  | HeadStep
  /** One HTTP chunk in one write, with the head before it where none was sent yet. */
  | { kind: "chunk"; data: Uint8Array }
  /** Bytes as they are, without the framing of chunks. */
  | { kind: "wire"; data: Uint8Array }
  | { kind: "delay"; ms: number }
  /** Nothing more until the client hangs up. */
  | { kind: "silence" }
  /** The connection dies in the middle of a chunk of which only `data` arrives. */
  | { kind: "cut"; data: Uint8Array }
  /** A chunk of `data` (none where it is empty) and the answer's end, in one write. */
  | { kind: "end"; data: Uint8Array }
  /** Steps come from the test: `send()` and `end()` of the recorded request. */
  | { kind: "live" };

/** A whole answer that is no stream. */
export interface WholeStep {
  kind: "whole";
  code: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Status line and headers of an answer in chunks. */
export interface HeadStep {
  kind: "head";
  code: number;
  headers: Record<string, string>;
}

/** Steps, nested as it suits; a function sees the request that is being answered. */
export type Script = Step | readonly Script[] | ((request: RecordedRequest) => Script);

/** Headers that llama-server gives every answer. */
const COMMON = { "Server": "llama.cpp", "Access-Control-Allow-Origin": "" };

/** A whole answer; an object is sent as JSON. Use {@link failure} for llama-server's errors. */
export function status(code: number, body: unknown, headers: Record<string, string> = {}): Step {
  const data = isText(body) ? bytes(body) : bytes(JSON.stringify(body));
  const type = { "Content-Type": "application/json; charset=utf-8" };
  return { kind: "whole", code, headers: merge(COMMON, type, headers), body: data };
}

/** llama-server's error object with its status; `more` are fields beside the message. */
export function failure(
  code: number,
  type: string,
  message: string,
  more: Record<string, unknown> = {},
): Step {
  return status(code, { error: { code, message, type, ...more } });
}

/** The steps of a streamed answer. */
export const sse = {
  /** Status line and headers as llama-server sends them when a slot takes the request. */
  head(code = 200, headers: Record<string, string> = {}): HeadStep {
    const type = { "X-Accel-Buffering": "no", "Content-Type": "text/event-stream" };
    return { kind: "head", code, headers: merge(COMMON, type, headers) };
  },
  /** One event whose data is this value as JSON. */
  chunk: (value: unknown): Step => sse.raw(eventText(value)),
  /** Text or bytes of any kind as one HTTP chunk: comments, half an event, broken UTF-8. */
  raw: (data: string | Uint8Array): Step => ({ kind: "chunk", data: bytes(data) }),
  /** The same in HTTP chunks of `size` bytes each: splits lines and characters. */
  drip(data: string | Uint8Array, size = 1): Step[] {
    const all = bytes(data);
    const count = Math.ceil(all.length / size);
    return Array.from({ length: count }, (_, i) => sse.raw(all.slice(i * size, (i + 1) * size)));
  },
  /** llama-server's keep-alive comment. */
  ping: (): Step => sse.raw(":\n\n"),
  /**
   * `data: [DONE]` and the end of the answer in one write, so that a client
   * which closes on `[DONE]` still counts as one that heard the answer to its end.
   */
  done: (): Step => ({ kind: "end", data: bytes("data: [DONE]\n\n") }),
};

/** The text of one event whose data is this value as JSON, as llama-server writes it. */
export function eventText(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** Bytes on the connection as they are, to break the framing of HTTP itself. */
export function wire(data: string | Uint8Array): Step {
  return { kind: "wire", data: bytes(data) };
}

/** A pause; a client that hangs up ends it. */
export function delay(ms: number): Step {
  return { kind: "delay", ms };
}

/** Nothing more until the client hangs up; before the head: a request that waits for a slot. */
export function silence(): Step {
  return { kind: "silence" };
}

/**
 * The connection dies in the middle of a chunk; only `arrives` of it is sent.
 * Before the head it dies without a byte.
 */
export function cut(arrives: string | Uint8Array = 'data: {"choices":[{"del'): Step {
  return { kind: "cut", data: bytes(arrives) };
}

/** A clean end of the answer without `[DONE]`. */
export function endWithoutDone(): Step {
  return { kind: "end", data: bytes("") };
}

/** From here on the test drives: `send()` and `end()` of the recorded request. */
export function live(): Step {
  return { kind: "live" };
}

/** The script's steps in their order, for this request. */
export function* steps(script: Script, request: RecordedRequest): Generator<Step> {
  if (typeof script === "function") yield* steps(script(request), request);
  else if (isList(script)) { for (const part of script) yield* steps(part, request); }
  else yield script;
}

/** One object of all headers; a later one replaces an earlier one of whatever case. */
function merge(...all: Record<string, string>[]): Record<string, string> {
  const byName = new Map<string, [string, string]>();
  for (const [name, value] of all.flatMap((headers) => Object.entries(headers))) {
    byName.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(byName.values());
}

function isList(script: Step | readonly Script[]): script is readonly Script[] {
  return Array.isArray(script);
}

function isText(body: unknown): body is string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array;
}

function bytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
