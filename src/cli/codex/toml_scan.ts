/**
 * Where the statements of a TOML text stand, so that one of them can be changed and everything else
 * keeps its bytes. What is inside a value is only balanced: whether it is valid, a parser must say.
 */

import { parse } from "@std/toml";

/** A line `key = value`, or the header of a table. */
export interface Statement {
  kind: "pair" | "table" | "array";
  /** All keys from the root: those of the table, then those of the pair itself. */
  path: readonly string[];
  /** The keys of the table that a pair stands in. */
  table: readonly string[];
  /** Offset of the first character of the statement, and the one behind its last line's end. */
  start: number;
  end: number;
  /** The value's offsets; of a header, those of nothing. */
  valueStart: number;
  valueEnd: number;
  /** From 1. */
  line: number;
}

/** A reader's place in a text. */
interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * The statements of a TOML text in their order. Takes time in proportion to its length.
 *
 * @throws {SyntaxError} `line N: …` for a text that cannot be divided into statements
 */
export function scanToml(text: string): Statement[] {
  const cursor: Cursor = { text, at: text.startsWith("\uFEFF") ? 1 : 0 };
  const statements: Statement[] = [];
  const lineAt = lineCounter(text);
  let table: readonly string[] = [];
  try {
    for (;;) {
      skipGap(cursor);
      if (cursor.at >= text.length) return statements;
      const line = lineAt(cursor.at);
      const statement = text[cursor.at] === "["
        ? { ...readHeader(cursor), line }
        : { ...readPair(cursor, table), line };
      if (statement.kind !== "pair") table = statement.path;
      statements.push(statement);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`line ${lineAt(cursor.at)}: ${error.message}`);
  }
}

/** Line numbers (from 1) of offsets that only grow. */
function lineCounter(text: string): (at: number) => number {
  let line = 1;
  let from = 0;
  return (at) => {
    for (let end; (end = text.indexOf("\n", from)) >= 0 && end < at; from = end + 1) line += 1;
    return line;
  };
}

function readHeader(cursor: Cursor): Omit<Statement, "line"> {
  const start = cursor.at;
  const array = cursor.text.startsWith("[[", start);
  const [open, close] = array ? ["[[", "]]"] : ["[", "]"];
  cursor.at += open.length;
  const path = readKey(cursor);
  take(cursor, close);
  const valueStart = cursor.at;
  endLine(cursor);
  const kind = array ? "array" : "table";
  return { kind, path, table: path, start, end: cursor.at, valueStart, valueEnd: valueStart };
}

function readPair(cursor: Cursor, table: readonly string[]): Omit<Statement, "line"> {
  const start = cursor.at;
  const path = [...table, ...readKey(cursor)];
  take(cursor, "=");
  match(cursor, BLANK);
  const valueStart = cursor.at;
  skipValue(cursor);
  const valueEnd = cursor.at;
  endLine(cursor);
  return { kind: "pair", path, table, start, end: cursor.at, valueStart, valueEnd };
}

const BLANK = /[ \t]*/y;
const LINE_END = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;
const BARE_KEY = /[\w-]+/y;
/** A number, a date (which may have a space before its time) or a word. */
const BARE_VALUE = /[^\s,[\]{}=#"']+(?: \d\d:[^\s,[\]{}=#"']+)?/y;

function match(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  cursor.at += found?.length ?? 0;
  return found;
}

function take(cursor: Cursor, what: string): void {
  match(cursor, BLANK);
  if (!cursor.text.startsWith(what, cursor.at)) throw new SyntaxError(`expected ${what}`);
  cursor.at += what.length;
}

function endLine(cursor: Cursor): void {
  if (match(cursor, LINE_END) === undefined) {
    throw new SyntaxError("expected the end of the line");
  }
}

/** Over blank lines and comments. */
function skipGap(cursor: Cursor): void {
  while (match(cursor, LINE_END)) { /* The match moves on. */ }
  match(cursor, BLANK);
}

/** `a."b c".d` → its parts. */
function readKey(cursor: Cursor): string[] {
  const parts: string[] = [];
  for (;;) {
    match(cursor, BLANK);
    const quote = cursor.text[cursor.at];
    const start = cursor.at;
    if (quote === '"' || quote === "'") {
      skipString(cursor, quote);
      parts.push(unquoted(cursor.text.slice(start, cursor.at)));
    } else {
      const bare = match(cursor, BARE_KEY);
      if (bare === undefined) throw new SyntaxError("expected a key");
      parts.push(bare);
    }
    match(cursor, BLANK);
    if (cursor.text[cursor.at] !== ".") return parts;
    cursor.at += 1;
  }
}

function unquoted(text: string): string {
  try {
    return String(parse(`key = ${text}`)["key"]);
  } catch {
    throw new SyntaxError("expected a key");
  }
}

const CLOSING: Readonly<Record<string, string>> = { "[": "]", "{": "}" };

/** Over one value, whatever it holds. */
function skipValue(cursor: Cursor): void {
  const open: string[] = [];
  do {
    if (open.length > 0) skipGap(cursor);
    const character = cursor.text[cursor.at] ?? "";
    const closing = CLOSING[character];
    if (character === '"' || character === "'") {
      skipText(cursor, character);
    } else if (closing !== undefined) {
      open.push(closing);
      cursor.at += 1;
    } else if (character !== "" && character === open.at(-1)) {
      open.pop();
      cursor.at += 1;
    } else if (open.length > 0 && (character === "," || character === "=")) {
      cursor.at += 1;
    } else if (match(cursor, BARE_VALUE) === undefined) {
      throw new SyntaxError("expected a value");
    }
  } while (open.length > 0);
}

function skipText(cursor: Cursor, quote: string): void {
  const three = quote.repeat(3);
  if (!cursor.text.startsWith(three, cursor.at)) return skipString(cursor, quote);
  let end = cursor.at + 3;
  while (!cursor.text.startsWith(three, end)) {
    if (end >= cursor.text.length) throw new SyntaxError("a text has no end");
    end += quote === '"' && cursor.text[end] === "\\" ? 2 : 1;
  }
  end += 3;
  // Up to two quotes may stand right before the closing ones.
  for (let more = 0; more < 2 && cursor.text[end] === quote; more++) end += 1;
  cursor.at = end;
}

function skipString(cursor: Cursor, quote: string): void {
  let end = cursor.at + 1;
  while (cursor.text[end] !== quote) {
    if (end >= cursor.text.length || cursor.text[end] === "\n") {
      throw new SyntaxError("a text has no end");
    }
    end += quote === '"' && cursor.text[end] === "\\" ? 2 : 1;
  }
  cursor.at = end + 1;
}
