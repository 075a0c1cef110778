/**
 * Code in Markdown, in which nothing is markup: a model that explains the syntax of calls makes
 * none. Text is passed on as it comes. Pure.
 */
import { peek, type Reader, type Reading, span } from "../reading/reader.ts";

/** Where text goes. */
export interface Flow {
  reader: Reader;
  /** Gives what is held as text. */
  pass(): void;
}

const SPACES = /[ \t]+/y;
const SPACES_OR_RETURN = /[ \t\r]+/y;
const RUN = { "`": /`+/y, "~": /~+/y };

/**
 * Reads code from its first backtick or tilde to its end, or to where it turns out to be none.
 *
 * @param lineStart whether nothing but white space stands before it on its line
 */
export function* code(flow: Flow, tick: "`" | "~", lineStart: boolean): Reading<void> {
  const length = yield* run(flow, tick);
  if (lineStart && length >= 3) yield* fence(flow, tick, length);
  else if (tick === "`") yield* inline(flow, length);
}

/** Counts the ticks that come next. */
function* run(flow: Flow, tick: "`" | "~"): Reading<number> {
  const { reader } = flow;
  let length = 0;
  do {
    const pattern = RUN[tick];
    pattern.lastIndex = reader.at;
    const found = pattern.exec(reader.text)?.[0].length ?? 0;
    reader.at += found;
    length += found;
    flow.pass();
  } while ((yield* peek(reader)) === tick);
  return length;
}

/**
 * Reads up to one of some characters, which stays unread; nothing at the end of the text. What has
 * come of the text is passed on.
 */
function* flowTo(flow: Flow, stops: RegExp): Reading<string> {
  const { reader } = flow;
  for (;;) {
    stops.lastIndex = reader.at;
    const found = stops.exec(reader.text);
    reader.at = found?.index ?? reader.text.length;
    flow.pass();
    if (found !== null) return found[0];
    if (reader.ended) return "";
    yield;
  }
}

const TICK_OR_LINE = /[`\n]/g;
const LINE = /\n/g;

/** Inline code ends with as many backticks as it began, or at a blank line: then it was none. */
function* inline(flow: Flow, length: number): Reading<void> {
  const { reader } = flow;
  for (;;) {
    const stop = yield* flowTo(flow, TICK_OR_LINE);
    if (stop === "") return;
    if (stop === "`") {
      if ((yield* run(flow, "`")) === length) return;
      continue;
    }
    reader.at++;
    yield* span(reader, SPACES_OR_RETURN, Infinity);
    if ((yield* peek(reader)) === "\n") return;
    flow.pass();
  }
}

/** A fence ends with a line of as many ticks or more, and nothing else. */
function* fence(flow: Flow, tick: "`" | "~", length: number): Reading<void> {
  const { reader } = flow;
  // A backtick behind the opening ones means that they opened inline code.
  if ((yield* flowTo(flow, tick === "`" ? TICK_OR_LINE : LINE)) === "`") {
    return yield* inline(flow, length);
  }
  while ((yield* peek(reader)) !== "") {
    reader.at++;
    flow.pass();
    yield* span(reader, SPACES, Infinity);
    if ((yield* peek(reader)) === tick && (yield* run(flow, tick)) >= length) {
      yield* span(reader, SPACES, Infinity);
      const next = yield* peek(reader);
      if (next === "\n" || next === "\r" || next === "") return;
    }
    yield* flowTo(flow, LINE);
  }
}
