/** The words of a Lark grammar. */
import { type Expression, literal, unsupported } from "./expression.ts";
import { regexExpression } from "./regex.ts";

/** `first` says that a token is the first on its line: only there may a definition begin. */
export interface Token {
  kind: "name" | "number" | "string" | "regex" | "directive" | "mark";
  text: string;
  first: boolean;
}

const BLANK = /(?:\s+|\/\/[^\n]*|#[^\n]*)*/y;
const KINDS: readonly (readonly [Token["kind"], RegExp])[] = [
  ["name", /[A-Za-z_]\w*/y],
  ["number", /\d{1,6}/y],
  ["string", /"(?:[^"\\\n]|\\[^\n])*"i?/y],
  ["regex", /\/(?:[^/\\\n]|\\[^\n])+\/[a-z]*/y],
  ["directive", /%[a-z]+/y],
  ["mark", /->|\.\.|[:|?*+()[\]~,.!-]/y],
];

/**
 * Splits a grammar; comments and space are dropped.
 *
 * @throws {SyntaxError} at anything that no supported grammar has.
 */
export function larkTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    const blank = match(BLANK, text, at);
    at += blank.length;
    if (at >= text.length) return tokens;
    const token = tokenAt(text, at);
    tokens.push({ ...token, first: tokens.length === 0 || blank.includes("\n") });
    at += token.text.length;
  }
}

function tokenAt(text: string, at: number): Pick<Token, "kind" | "text"> {
  for (const [kind, pattern] of KINDS) {
    const found = match(pattern, text, at);
    if (found !== "") return { kind, text: found };
  }
  throw unsupported(JSON.stringify(text.slice(at, at + 10)));
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** What a string or a regular expression between slashes describes. */
export function tokenExpression({ kind, text }: Token): Expression {
  const end = text.lastIndexOf(kind === "string" ? '"' : "/");
  const inner = text.slice(1, end);
  const flags = text.slice(end + 1);
  return kind === "regex"
    ? regexExpression(inner, flags)
    : literal(unescaped(inner), flags === "i");
}

const CONTROLS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  b: "\b",
};

/** The text of a string; a backslash before a letter without a meaning is a backslash. */
function unescaped(inner: string): string {
  return inner.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g,
    (all, byte?: string, unit?: string, long?: string, char = "") => {
      const code = parseInt(byte ?? unit ?? long ?? "", 16);
      if (code > 0x10ffff) throw unsupported(all);
      if (!Number.isNaN(code)) return String.fromCodePoint(code);
      return CONTROLS[char] ?? (/[\w\s]/.test(char) ? all : char);
    },
  );
}
