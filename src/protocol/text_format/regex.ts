/**
 * Regular expressions as OpenAI's custom tools may declare them: the part that Rust's syntax (what
 * OpenAI documents) and Python's (what Lark uses) have in common. Look-around, back references and
 * possessive repetition are no part of it.
 */
import { charSet } from "./char_set.ts";
import {
  choice,
  type Edge,
  type Expression,
  literal,
  NOTHING,
  repeat,
  sequence,
  unsupported,
} from "./expression.ts";
import {
  readClass,
  readEscapedChar,
  readNamedSet,
  type RegexFlags,
  type RegexReader,
} from "./regex_class.ts";

const NO_FLAGS: RegexFlags = { i: false, s: false, m: false, x: false };
const MAX_DEPTH = 50;

/**
 * Reads a whole pattern.
 *
 * @param flags letters behind the pattern, like `is`
 * @throws {SyntaxError} for anything that is not supported.
 */
export function regexExpression(text: string, flags = ""): Expression {
  const reader: RegexReader = { text, at: 0, flags: withFlags(NO_FLAGS, flags, true) };
  const whole = alternatives(reader, 0);
  if (reader.at < text.length) throw unsupported("an unopened group");
  return whole;
}

function withFlags(flags: RegexFlags, letters: string, value: boolean): RegexFlags {
  const known = [...letters].filter((letter) => letter in NO_FLAGS);
  if (/[^imsxul]/.test(letters)) throw unsupported(`the flags ${letters}`);
  return { ...flags, ...Object.fromEntries(known.map((letter) => [letter, value])) };
}

/** Flags that are set inside a group end with it. */
function alternatives(reader: RegexReader, depth: number): Expression {
  if (depth > MAX_DEPTH) throw unsupported("a deeply nested group");
  const { flags } = reader;
  const items = [branch(reader, depth)];
  while (take(reader, "|")) items.push(branch(reader, depth));
  reader.flags = flags;
  return choice(items);
}

function branch(reader: RegexReader, depth: number): Expression {
  const items: Expression[] = [];
  while (true) {
    skipSpace(reader);
    const next = reader.text[reader.at];
    if (next === undefined || next === "|" || next === ")") return sequence(items);
    items.push(repeated(reader, atom(reader, depth)));
  }
}

function repeated(reader: RegexReader, item: Expression): Expression {
  let result = item;
  for (let bounds = quantifier(reader); bounds !== null; bounds = quantifier(reader)) {
    result = repeat(result, ...bounds);
    // Lazy repetition describes the same texts; possessive repetition does not.
    if (!take(reader, "?") && reader.text[reader.at] === "+") throw unsupported("possessiveness");
  }
  return result;
}

const COUNT = /\{(\d{0,6})(,?)(\d{0,6})\}/y;

function quantifier(reader: RegexReader): [number, number] | null {
  skipSpace(reader);
  if (take(reader, "*")) return [0, Infinity];
  if (take(reader, "+")) return [1, Infinity];
  if (take(reader, "?")) return [0, 1];
  COUNT.lastIndex = reader.at;
  const [all, min = "", comma, max = ""] = COUNT.exec(reader.text) ?? [];
  if (all === undefined || min + max === "") return null;
  reader.at += all.length;
  if (comma === "") return [Number(min), Number(min)];
  return [Number(min), max === "" ? Infinity : Number(max)];
}

function atom(reader: RegexReader, depth: number): Expression {
  const { flags } = reader;
  if (take(reader, "(")) return group(reader, depth);
  if (take(reader, "[")) return readClass(reader);
  if (take(reader, ".")) {
    return { kind: "class", set: charSet(flags.s ? [] : [[0x0a, 0x0a]], { negated: true }) };
  }
  if (take(reader, "^")) return { kind: "edge", at: flags.m ? "line_start" : "start" };
  if (take(reader, "$")) return { kind: "edge", at: flags.m ? "line_end" : "end" };
  if (take(reader, "\\")) return escaped(reader);
  const code = reader.text.codePointAt(reader.at)!;
  if ("*+?".includes(String.fromCodePoint(code))) throw unsupported("repetition of nothing");
  reader.at += code > 0xffff ? 2 : 1;
  return literal(String.fromCodePoint(code), flags.i);
}

const GROUP = /\?(?::|P?<[A-Za-z_]\w*>|([imsxul]*)(?:-([imsxul]+))?(:|\)))/y;

function group(reader: RegexReader, depth: number): Expression {
  const outer = reader.flags;
  if (reader.text[reader.at] === "?") {
    GROUP.lastIndex = reader.at;
    const [all, on = "", off = "", end] = GROUP.exec(reader.text) ?? [];
    if (all === undefined) throw unsupported("a group of this kind");
    reader.at += all.length;
    reader.flags = withFlags(withFlags(reader.flags, on, true), off, false);
    // `(?i)` is no group: its flags hold up to the end of the one around it.
    if (end === ")") return NOTHING;
  }
  const inner = alternatives(reader, depth + 1);
  if (!take(reader, ")")) throw unsupported("an unclosed group");
  reader.flags = outer;
  return inner;
}

const EDGES: ReadonlyMap<string, Edge> = new Map([
  ["A", "start"],
  ["z", "end"],
  ["Z", "end"],
  ["b", "word"],
  ["B", "inside"],
]);

function escaped(reader: RegexReader): Expression {
  const at = EDGES.get(reader.text[reader.at] ?? "");
  if (at !== undefined) {
    reader.at++;
    return { kind: "edge", at };
  }
  const set = readNamedSet(reader);
  if (set !== null) return { kind: "class", set: charSet([set], { fold: reader.flags.i }) };
  return literal(String.fromCodePoint(readEscapedChar(reader)), reader.flags.i);
}

function take(reader: RegexReader, char: string): boolean {
  if (reader.text[reader.at] !== char) return false;
  reader.at++;
  return true;
}

const SPACE = /(?:\s+|#[^\n]*)*/y;

function skipSpace(reader: RegexReader): void {
  if (!reader.flags.x) return;
  SPACE.lastIndex = reader.at;
  SPACE.test(reader.text);
  reader.at = SPACE.lastIndex;
}
