/**
 * Lets server-sent events through as bytes, but only whole ones: nobody can use half an event, and
 * between two events there is room for a comment or an error.
 */
import { upstreamGarbled } from "../protocol/llama_error.ts";

export interface EventGate {
  /** The bytes up to the end of the last whole event, or null. Throws ApiError beyond the bound. */
  push(bytes: Uint8Array): Uint8Array | null;
  /** What is held: the beginning of an event, empty where the stream ended well. */
  rest(): Uint8Array;
}

const NEWLINE = 0x0a, RETURN = 0x0d;
/** A boundary has four bytes at most (CR LF CR LF), so three of them may have come before. */
const OVERLAP = 3;

/** @param bound bytes that one event may have */
export function eventGate(bound: number): EventGate {
  let held: Uint8Array[] = [];
  let size = 0;
  /** The last bytes that are held; joining all of them for each piece would be quadratic. */
  let edge = new Uint8Array(0);

  function hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    held.push(bytes);
    size += bytes.length;
    edge = join([edge, bytes.subarray(-OVERLAP)]).slice(-OVERLAP);
    if (size > bound) throw upstreamGarbled("an event is too long");
  }

  /** Where the last event ends, which may be a boundary that began in an earlier piece. */
  function endOfEvents(bytes: Uint8Array): number {
    const end = boundaryIn(bytes);
    if (end > 0 || size === 0) return end;
    return Math.max(0, boundaryIn(join([edge, bytes.subarray(0, OVERLAP)])) - edge.length);
  }

  return {
    push(bytes) {
      const end = endOfEvents(bytes);
      if (end === 0) {
        hold(bytes);
        return null;
      }
      const events = bytes.subarray(0, end);
      const whole = size === 0 ? events : join([...held, events]);
      held = [];
      size = 0;
      edge = new Uint8Array(0);
      hold(bytes.subarray(end));
      return whole;
    },
    rest: () => join(held),
  };
}

/** The index behind the last blank line, or 0. */
function boundaryIn(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at > 0; at--) {
    at = bytes.lastIndexOf(NEWLINE, at);
    if (at < 1) return 0;
    const before = bytes[at - 1] === RETURN ? at - 2 : at - 1;
    if (bytes[before] === NEWLINE) return at + 1;
  }
  return 0;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Whether the last line begins with `data: [` or `data: {"e`: the stream's end, or an error.
 * A look at a few bytes, because every event of the hot path passes here.
 */
export function looksLast(events: Uint8Array): boolean {
  let end = events.length - 1;
  while (events[end] === NEWLINE || events[end] === RETURN) end--;
  const start = events.lastIndexOf(NEWLINE, end) + 1;
  const data = start + (events[start + 5] === SPACE ? 6 : 5);
  if (events[data] === BRACKET) return true;
  return events[data] === BRACE && events[data + 1] === QUOTE && events[data + 2] === LETTER_E;
}

const SPACE = 0x20, QUOTE = 0x22, BRACKET = 0x5b, LETTER_E = 0x65, BRACE = 0x7b;
