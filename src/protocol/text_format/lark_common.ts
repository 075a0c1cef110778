/** The terminals that Lark's module `common` offers. */
import { choice, type Expression, literal, repeat, sequence } from "./expression.ts";
import { regexExpression } from "./regex.ts";

const INT = "[0-9]+";
const DECIMAL = `(?:${INT}\\.(?:${INT})?|\\.${INT})`;
const EXPONENT = `(?:[eE][+-]?${INT})`;
const FLOAT = `(?:${INT}${EXPONENT}|${DECIMAL}${EXPONENT}?)`;
const NUMBER = `(?:${FLOAT}|${INT})`;

const PATTERNS: Readonly<Record<string, string>> = {
  DIGIT: "[0-9]",
  HEXDIGIT: "[0-9a-fA-F]",
  INT,
  SIGNED_INT: `[+-]?${INT}`,
  DECIMAL,
  FLOAT,
  SIGNED_FLOAT: `[+-]?${FLOAT}`,
  NUMBER,
  SIGNED_NUMBER: `[+-]?${NUMBER}`,
  ESCAPED_STRING: String.raw`"(?:[^"\\\n]|\\[^\n])*"`,
  LCASE_LETTER: "[a-z]",
  UCASE_LETTER: "[A-Z]",
  LETTER: "[a-zA-Z]",
  WORD: "[a-zA-Z]+",
  CNAME: "[_a-zA-Z][_a-zA-Z0-9]*",
  WS_INLINE: "[ \\t]+",
  WS: "[ \\t\\f\\r\\n]+",
  CR: "\\r",
  LF: "\\n",
  NEWLINE: "(?:\\r?\\n)+",
  SH_COMMENT: "#[^\\n]*",
  CPP_COMMENT: "//[^\\n]*",
  SQL_COMMENT: "--[^\\n]*",
};

let terminals: ReadonlyMap<string, Expression> | undefined;

/** All of them by name; read once, at the first grammar that imports one. */
export function importedTerminals(): ReadonlyMap<string, Expression> {
  return terminals ??= new Map([
    ...Object.entries(PATTERNS).map(([name, text]) => [name, regexExpression(text)] as const),
    ["C_COMMENT", comment()],
  ]);
}

/** From slash and star to the first star and slash. */
function comment(): Expression {
  const inside = choice([regexExpression("[^*]"), regexExpression("\\*+[^*/]")]);
  return sequence([
    literal("/*"),
    repeat(inside, 0, Infinity),
    repeat(literal("*"), 1, Infinity),
    literal("/"),
  ]);
}
