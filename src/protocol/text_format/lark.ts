/**
 * Lark grammars, the part of them that a custom tool needs. Terminals and rules are read alike:
 * whether a text fits does not depend on how it would be cut into tokens. Priorities and aliases
 * are skipped; templates and `%declare`, `%extend`, `%override` are not supported.
 */
import { charSet } from "./char_set.ts";
import {
  choice,
  type Expression,
  type Grammar,
  repeat,
  sequence,
  unsupported,
} from "./expression.ts";
import { importedTerminals } from "./lark_common.ts";
import { larkTokens, type Token, tokenExpression } from "./lark_tokens.ts";

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly rules: Map<string, Expression>;
  readonly ignored: Expression[];
  /** Whether texts named by `%ignore` may stand between the parts of what is read now. */
  spaced: boolean;
  readonly spacing: boolean;
}

const MAX_DEPTH = 50;
/** No grammar can name a rule like this. */
const IGNORED = "%ignore";

/**
 * Reads a grammar.
 *
 * @throws {SyntaxError} for anything that is not supported.
 */
export function larkGrammar(text: string): Grammar {
  const tokens = larkTokens(text);
  const spacing = tokens.some((token) => token.text === IGNORED);
  const reader: Reader = { tokens, at: 0, rules: new Map(), ignored: [], spaced: false, spacing };
  while (reader.at < tokens.length) readStatement(reader);
  const { rules, ignored } = reader;
  const start = rules.get("start");
  if (start === undefined) throw unsupported("a grammar without the rule start");
  if (!spacing) return rules;
  // The rule itself may be used elsewhere, so what may precede it goes into a rule of its own.
  rules.set("%start", start);
  rules.set("start", sequence([{ kind: "rule", name: IGNORED }, { kind: "rule", name: "%start" }]));
  return rules.set(IGNORED, repeat(choice(ignored), 0, Infinity));
}

function readStatement(reader: Reader): void {
  const token = reader.tokens[reader.at]!;
  if (token.kind !== "directive") return readDefinition(reader);
  reader.at++;
  reader.spaced = false;
  if (token.text === IGNORED) reader.ignored.push(alternatives(reader, 0));
  else if (token.text === "%import") readImport(reader);
  else throw unsupported(token.text);
}

/** `%import common.A`, `%import common.A -> B` or `%import common (A, B)`. */
function readImport(reader: Reader): void {
  if (expect(reader, "name") !== "common") throw unsupported("an import of other grammars");
  const names: [name: string, as: string][] = [];
  if (take(reader, ".")) {
    const name = expect(reader, "name");
    names.push([name, take(reader, "->") ? expect(reader, "name") : name]);
  } else if (take(reader, "(")) {
    do {
      const name = expect(reader, "name");
      names.push([name, name]);
    } while (take(reader, ","));
    if (!take(reader, ")")) throw unsupported("an unclosed list");
  }
  for (const [name, as] of names) define(reader, as, importedTerminals().get(name));
}

function readDefinition(reader: Reader): void {
  while (take(reader, "?") || take(reader, "!"));
  const name = expect(reader, "name");
  if (take(reader, ".")) {
    take(reader, "-");
    expect(reader, "number");
  }
  if (!take(reader, ":")) throw unsupported(`what follows ${name}`);
  reader.spaced = reader.spacing && !isTerminal(name);
  define(reader, name, alternatives(reader, 0));
}

function define(reader: Reader, name: string, expression: Expression | undefined): void {
  if (expression === undefined) throw unsupported(`the terminal ${name}`);
  if (reader.rules.has(name)) throw unsupported(`a second ${name}`);
  reader.rules.set(name, expression);
}

function alternatives(reader: Reader, depth: number): Expression {
  if (depth > MAX_DEPTH) throw unsupported("a deeply nested group");
  const items = [branch(reader, depth)];
  while (take(reader, "|")) items.push(branch(reader, depth));
  return choice(items);
}

function branch(reader: Reader, depth: number): Expression {
  const items: Expression[] = [];
  while (true) {
    const token = reader.tokens[reader.at];
    if (token === undefined || atStatement(reader) || ["|", ")", "]"].includes(token.text)) break;
    if (take(reader, "->")) expect(reader, "name");
    else items.push(repeated(reader, item(reader, depth)));
  }
  return sequence(items);
}

/** Whether a directive or `name:` begins here, with all that may stand before its colon. */
function atStatement({ tokens, at }: Reader): boolean {
  if (tokens[at]?.first !== true) return false;
  if (tokens[at]?.kind === "directive") return true;
  let next = at;
  while (["?", "!"].includes(tokens[next]?.text ?? "")) next++;
  if (tokens[next++]?.kind !== "name") return false;
  if (tokens[next]?.text === ".") next += tokens[next + 1]?.text === "-" ? 3 : 2;
  return tokens[next]?.text === ":";
}

function repeated(reader: Reader, item: Expression): Expression {
  if (atStatement(reader)) return item;
  if (take(reader, "?")) return repeat(item, 0, 1);
  if (take(reader, "*")) return repeat(item, 0, Infinity);
  if (take(reader, "+")) return repeat(item, 1, Infinity);
  if (!take(reader, "~")) return item;
  const min = Number(expect(reader, "number"));
  return repeat(item, min, take(reader, "..") ? Number(expect(reader, "number")) : min);
}

function item(reader: Reader, depth: number): Expression {
  if (take(reader, "(")) return closed(reader, ")", alternatives(reader, depth + 1));
  if (take(reader, "[")) {
    return repeat(closed(reader, "]", alternatives(reader, depth + 1)), 0, 1);
  }
  const token = reader.tokens[reader.at++]!;
  if (token.kind === "name") {
    const rule: Expression = { kind: "rule", name: token.text };
    return isTerminal(token.text) ? spaced(reader, rule) : rule;
  }
  if (token.kind === "string" && take(reader, "..")) return spaced(reader, range(reader, token));
  if (token.kind !== "string" && token.kind !== "regex") throw unsupported(token.text);
  return spaced(reader, tokenExpression(token));
}

function range(reader: Reader, first: Token): Expression {
  const last = reader.tokens[reader.at++];
  const [from, to] = [first, last].map((token) => {
    const end = token?.kind === "string" ? tokenExpression(token) : null;
    if (end?.kind !== "literal" || [...end.text].length !== 1) throw unsupported("this range");
    return end.text.codePointAt(0)!;
  }) as [number, number];
  if (to < from) throw unsupported("a range in the wrong order");
  return { kind: "class", set: charSet([[from, to]]) };
}

function spaced(reader: Reader, terminal: Expression): Expression {
  return reader.spaced ? sequence([terminal, { kind: "rule", name: IGNORED }]) : terminal;
}

function closed(reader: Reader, mark: string, inner: Expression): Expression {
  if (!take(reader, mark)) throw unsupported("an unclosed group");
  return inner;
}

function isTerminal(name: string): boolean {
  return /^_*[A-Z]/.test(name);
}

function take(reader: Reader, mark: string): boolean {
  const token = reader.tokens[reader.at];
  if (token?.kind !== "mark" || token.text !== mark) return false;
  reader.at++;
  return true;
}

function expect(reader: Reader, kind: Token["kind"]): string {
  const token = reader.tokens[reader.at++];
  if (token?.kind !== kind) throw unsupported(token?.text ?? "this end");
  return token.text;
}
