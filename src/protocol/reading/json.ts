/**
 * JSON read from text that arrives in pieces. What cannot be JSON is noticed at its first wrong
 * character, so that nothing is waited for in vain; whether a whole value is JSON, `JSON.parse()`
 * says at its end. Pure.
 */
import { isRecord } from "../record.ts";
import { blank, peek, type Reader, type Reading, span } from "./reader.ts";

/** Takes what is read, in pieces. */
export type Sink = (piece: string) => void;

/** Values nested deeper are no values: no real one is. */
const MAX_DEPTH = 1000;

/** Longer numbers and names are none. */
const MAX_WORD = 1000;

const WORD = /[-+.\w]+/y;
const BETWEEN = /[ \t\r\n,:\-+.\w]+/y;
const CLOSER: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** Parses a text; undefined where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a text is that of a JSON object. */
export function isObjectText(text: string): boolean {
  return isRecord(parsed(text));
}

/** Reads a string with its quotes; false where none comes or it is broken. */
export function* passString(reader: Reader, sink: Sink): Reading<boolean> {
  if ((yield* peek(reader)) !== '"') return false;
  let escaped = false;
  let i = reader.at + 1;
  for (;;) {
    const { text } = reader;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (escaped) escaped = false;
      else if (code === 0x5c) escaped = true;
      else if (code === 0x22 || code < 0x20) break;
    }
    const closed = text.charCodeAt(i) === 0x22;
    const end = closed ? i + 1 : i;
    sink(text.slice(reader.at, end));
    reader.at = end;
    if (closed) return true;
    if (end < text.length || reader.ended) return false;
    yield;
    i = reader.at;
  }
}

/** Reads an object or array, whose brackets must match; false where none comes or it is broken. */
export function* passNested(reader: Reader, sink: Sink): Reading<boolean> {
  const closers: string[] = [];
  do {
    const char = yield* peek(reader);
    const closer = CLOSER[char];
    if (char === '"' && closers.length > 0) {
      if (!(yield* passString(reader, sink))) return false;
    } else if (closer !== undefined && closers.length < MAX_DEPTH) {
      closers.push(closer);
      take(reader, sink);
    } else if (closers.length > 0 && char === closers.at(-1)) {
      closers.pop();
      take(reader, sink);
    } else {
      const between = closers.length === 0 ? "" : yield* span(reader, BETWEEN, Infinity);
      sink(between);
      if (between === "") return false;
    }
  } while (closers.length > 0);
  return true;
}

function take(reader: Reader, sink: Sink): void {
  sink(reader.text.charAt(reader.at));
  reader.at++;
}

/** Reads any value; false where none comes or it is broken. A number or name may still be wrong. */
export function* passValue(reader: Reader, sink: Sink): Reading<boolean> {
  const char = yield* peek(reader);
  if (char === '"') return yield* passString(reader, sink);
  if (char === "{" || char === "[") return yield* passNested(reader, sink);
  const word = yield* span(reader, WORD, MAX_WORD);
  sink(word);
  return word !== "";
}

type Pass = (reader: Reader, sink: Sink) => Reading<boolean>;

/** Reads one value as its text; null where it is no JSON. */
export function* readJson(reader: Reader, pass: Pass = passValue): Reading<string | null> {
  let text = "";
  if (!(yield* pass(reader, (piece) => text += piece))) return null;
  return parsed(text) === undefined ? null : text;
}

/**
 * Reads an object, member by member.
 *
 * @param accepts whether a member may be: asked with its name, and again with its value's text
 * @returns the members' values as text, the last of two equal names; null where it is no object
 */
export function* readMembers(
  reader: Reader,
  accepts: (name: string, value: string | null) => boolean,
): Reading<Map<string, string> | null> {
  const members = new Map<string, string>();
  if ((yield* peek(reader)) !== "{") return null;
  do {
    reader.at++;
    yield* blank(reader);
    if (members.size === 0 && (yield* peek(reader)) === "}") break;
    const name = yield* readName(reader);
    if (name === null || !accepts(name, null)) return null;
    const value = yield* readJson(reader);
    if (value === null || !accepts(name, value)) return null;
    members.set(name, value);
    yield* blank(reader);
  } while ((yield* peek(reader)) === ",");
  if ((yield* peek(reader)) !== "}") return null;
  reader.at++;
  return members;
}

/** Reads a member's name with the colon behind it; null where it is broken. */
export function* readName(reader: Reader): Reading<string | null> {
  const name = yield* readJson(reader, passString);
  if (name === null) return null;
  yield* blank(reader);
  if ((yield* peek(reader)) !== ":") return null;
  reader.at++;
  yield* blank(reader);
  return String(parsed(name));
}
