/** `[…]` and what a backslash means in a regular expression. */
import { type CharItem, type CharSet, charSet, NAMED_SETS } from "./char_set.ts";
import { type Expression, unsupported } from "./expression.ts";

/** Where a reader stands, and the flags that hold there. */
export interface RegexReader {
  readonly text: string;
  at: number;
  flags: RegexFlags;
}

/** `i`: any case · `s`: a dot is a line break too · `m`: edges of lines · `x`: space is ignored. */
export interface RegexFlags {
  readonly i: boolean;
  readonly s: boolean;
  readonly m: boolean;
  readonly x: boolean;
}

/** Reads a class up to its `]`; the reader stands behind the `[`. */
export function readClass(reader: RegexReader): Expression {
  const items: CharItem[] = [];
  const negated = reader.text[reader.at] === "^";
  if (negated) reader.at++;
  for (let first = true; first || reader.text[reader.at] !== "]"; first = false) {
    items.push(readItem(reader));
  }
  reader.at++;
  return { kind: "class", set: charSet(items, { negated, fold: reader.flags.i }) };
}

function readItem(reader: RegexReader): CharItem {
  const set = reader.text[reader.at] === "\\" ? readNamedSet(reader, 1) : null;
  if (set !== null) return set;
  const first = readChar(reader);
  const { text, at } = reader;
  if (text[at] !== "-" || text[at + 1] === "]" || at + 1 >= text.length) return [first, first];
  reader.at++;
  const last = readChar(reader);
  if (last < first) throw unsupported("a range in the wrong order");
  return [first, last];
}

/** Python reads `[` and `&&` in a class as characters, Rust as sets: nothing is known then. */
const SET_OPERATION = /\[|&&|--|~~/y;

function readChar(reader: RegexReader): number {
  SET_OPERATION.lastIndex = reader.at;
  if (SET_OPERATION.test(reader.text)) throw unsupported("an operation on classes");
  const code = reader.text.codePointAt(reader.at);
  if (code === undefined) throw unsupported("an unclosed class");
  reader.at += code > 0xffff ? 2 : 1;
  return code === 0x5c ? readEscapedChar(reader) : code;
}

const PROPERTY = /(p)\{(\w{1,2})\}|(p)(\w)/iy;

/**
 * The set of `\d`, `\W`, `\p{Lu}`…; null where something else is there.
 *
 * @param skip characters before the letter: 1 where the reader stands on the backslash
 * @throws {SyntaxError} for a property that is not known.
 */
export function readNamedSet(reader: RegexReader, skip = 0): CharSet | null {
  const at = reader.at + skip;
  const letter = reader.text[at] ?? "";
  if (letter === "" || !"dswpDSWP".includes(letter)) return null;
  PROPERTY.lastIndex = at;
  const [all, , braced, , bare] = PROPERTY.exec(reader.text) ?? [letter];
  const property = braced ?? bare;
  const set = NAMED_SETS.get(property === undefined ? letter : `${letter}{${property}}`);
  if (set === undefined) throw unsupported(`\\${all}`);
  reader.at = at + all.length;
  return set;
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["n", 0x0a],
  ["r", 0x0d],
  ["t", 0x09],
  ["f", 0x0c],
  ["v", 0x0b],
  ["a", 0x07],
]);

const HEXADECIMAL =
  /[xuU]\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([xuU])/y;

/** One character behind a backslash. */
export function readEscapedChar(reader: RegexReader): number {
  const { text, at } = reader;
  HEXADECIMAL.lastIndex = at;
  const [all, ...digits] = "xuU".includes(text[at] ?? "-") ? HEXADECIMAL.exec(text) ?? [] : [];
  if (all !== undefined) {
    const code = parseInt(digits.find((some) => some !== undefined) ?? "", 16);
    if (!(code <= 0x10ffff)) throw unsupported(`\\${all}`);
    reader.at += all.length;
    return code;
  }
  const code = text.codePointAt(at) ?? 0;
  const char = String.fromCodePoint(code);
  if (CONTROLS.has(char)) {
    reader.at++;
    return CONTROLS.get(char)!;
  }
  // Letters and digits with no meaning here have one elsewhere: `\1`, `\k<name>`, `\G`.
  if (code === 0 || /[A-Za-z0-9]/.test(char)) throw unsupported(`\\${char}`);
  reader.at += char.length;
  return code;
}
