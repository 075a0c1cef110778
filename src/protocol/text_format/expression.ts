/** What a format describes, whatever syntax it was written in. */
import { type CharSet, charSet } from "./char_set.ts";

/** A place between two characters; `line*` are what `^` and `$` mean under the flag `m`. */
export type Edge = "start" | "end" | "line_start" | "line_end" | "word" | "inside";

/** One description of texts. A `rule` names another, and may name the one it stands in. */
export type Expression =
  | { kind: "class"; set: CharSet }
  | { kind: "literal"; text: string }
  | { kind: "sequence"; items: readonly Expression[] }
  | { kind: "choice"; items: readonly Expression[] }
  | { kind: "repeat"; item: Expression; min: number; max: number }
  | { kind: "rule"; name: string }
  | { kind: "edge"; at: Edge };

/** Named expressions; `start` is the whole text. */
export type Grammar = ReadonlyMap<string, Expression>;

/** The empty text. */
export const NOTHING: Expression = { kind: "sequence", items: [] };

/** One after the other; a single part is itself. */
export function sequence(items: readonly Expression[]): Expression {
  return items.length === 1 ? items[0]! : { kind: "sequence", items };
}

/** Any one of them; a single one is itself. */
export function choice(items: readonly Expression[]): Expression {
  return items.length === 1 ? items[0]! : { kind: "choice", items };
}

/** More repetitions than this are not supported: they are built out one by one. */
const MAX_COUNT = 10_000;

/**
 * An expression some times over; `max` may be Infinity.
 *
 * @throws {SyntaxError} where the bounds are in the wrong order or too large.
 */
export function repeat(item: Expression, min: number, max: number): Expression {
  const finite = max === Infinity ? min : max;
  if (!(min <= max) || finite > MAX_COUNT) throw unsupported(`${min} to ${max} repetitions`);
  return { kind: "repeat", item, min, max };
}

/** A text as it stands, in any case where `fold` says so. */
export function literal(text: string, fold = false): Expression {
  if (!fold) return { kind: "literal", text };
  return sequence(Array.from(text, (char) => {
    const code = char.codePointAt(0)!;
    return { kind: "class", set: charSet([[code, code]], { fold }) };
  }));
}

/** What a reader throws for everything that it does not know: the format is unknown then. */
export function unsupported(what: string): SyntaxError {
  return new SyntaxError(`Cannot read the format: ${what.slice(0, 100)} is not supported`);
}
