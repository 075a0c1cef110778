/**
 * Puts Chaski's settings into the text of a Codex configuration and leaves the rest as it is. Pure.
 */

import { isRecord } from "../../protocol/record.ts";
import {
  type CodexSetting,
  type CodexTarget,
  leanComment,
  PROVIDER,
  providerSettings,
  providerToml,
  rootSettings,
  SOMETIMES,
  tomlLines,
  tomlValue,
} from "./provider.ts";
import { parseToml } from "./toml_parse.ts";
import { scanToml, type Statement } from "./toml_scan.ts";

const TABLE: readonly string[] = ["model_providers", PROVIDER];

/**
 * The text with model, provider and web search set: in place where they stand, else before the first
 * table; the provider's table likewise, with what the user added to it, else at the end.
 *
 * @throws {SyntaxError} when the text is not understood well enough to be sure of the rest
 */
export function withChaski(text: string, target: CodexTarget): string {
  const before = parseToml(text);
  refuseInline(scanToml(text));
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  let edited = text;
  for (const setting of rootSettings(target)) edited = setRoot(edited, setting, newline);
  edited = setProvider(edited, target, newline);
  checkForeign(before, parseToml(edited), target);
  return edited;
}

function setRoot(text: string, setting: CodexSetting, newline: string): string {
  const statements = scanToml(text);
  const found = only(statements, [setting.key]);
  if (found) return replaced(text, found, setting);
  const last = statements.findLast(({ kind, table }) => kind === "pair" && table.length === 0);
  const at = last?.end ?? (text.startsWith("\uFEFF") ? 1 : 0);
  // The first of a file that begins with a table, or with comments, stands apart from it.
  const gap = last === undefined && text.length > at ? newline : "";
  return inserted(text, at, tomlLines([setting]), newline, gap);
}

function setProvider(text: string, target: CodexTarget, newline: string): string {
  if (place(scanToml(text)) === undefined) return insertedTable(text, target, newline);
  const settings = providerSettings(target);
  let edited = text;
  for (const setting of settings) {
    const statements = scanToml(edited);
    const found = only(statements, [...TABLE, setting.key]);
    edited = found
      ? replaced(edited, found, setting)
      : insertedThere(edited, statements, setting, newline);
  }
  for (const key of SOMETIMES) {
    if (settings.some((setting) => setting.key === key)) continue;
    const stale = only(scanToml(edited), [...TABLE, key]);
    if (stale) edited = edited.slice(0, lineStart(edited, stale.start)) + edited.slice(stale.end);
  }
  return edited;
}

/** With the whole table: at the end, or before the tables inside it where there are some. */
function insertedTable(text: string, target: CodexTarget, newline: string): string {
  const inside = scanToml(text).find(({ path }) => startsWith(path, TABLE));
  const table = [...providerToml(target), ""];
  if (inside !== undefined) {
    return inserted(text, lineStart(text, inside.start), table, newline, "");
  }
  const gap = text.trim() === "" ? "" : newline;
  const whole = (gap === "" || text.endsWith("\n") ? text : text + newline) + gap;
  return inserted(whole, whole.length, [...table, ...leanComment()], newline, "");
}

/** The statement behind which further keys of the provider's table go. */
function place(statements: readonly Statement[]): Statement | undefined {
  return statements.findLast(({ kind, path, table }) =>
    kind === "pair"
      ? table.length <= TABLE.length && path.length > TABLE.length && startsWith(path, TABLE)
      : path.length === TABLE.length && startsWith(path, TABLE)
  );
}

/** As `place` found the table: with the keys in front that the table there does not give. */
function insertedThere(
  text: string,
  statements: readonly Statement[],
  setting: CodexSetting,
  newline: string,
): string {
  const there = place(statements);
  if (there === undefined) throw new SyntaxError("the provider's table is not where it was");
  const key = [...TABLE.slice(there.table.length), setting.key].join(".");
  const indent = text.slice(lineStart(text, there.start), there.start);
  const lines = tomlLines([{ ...setting, key }]).map((line) => indent + line);
  return inserted(text, there.end, lines, newline, "");
}

function inserted(
  text: string,
  at: number,
  lines: readonly string[],
  newline: string,
  gap: string,
): string {
  const head = text.slice(0, at);
  const open = head !== "" && head !== "\uFEFF" && !head.endsWith("\n") ? newline : "";
  return head + open + lines.map((line) => line + newline).join("") + gap + text.slice(at);
}

function replaced(text: string, { valueStart, valueEnd }: Statement, { value }: CodexSetting) {
  return text.slice(0, valueStart) + tomlValue(value) + text.slice(valueEnd);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** The pair of this path; refuses a path that stands there twice, or that holds a table. */
function only(statements: readonly Statement[], path: readonly string[]): Statement | undefined {
  const [found, second] = statements.filter((each) => startsWith(each.path, path));
  const table = [found, second].find((each) =>
    each !== undefined && (each.kind !== "pair" || each.path.length > path.length)
  );
  if (table !== undefined) {
    throw new SyntaxError(`line ${table.line}: ${path.join(".")} is a table`);
  }
  if (second === undefined) return found;
  throw new SyntaxError(`line ${second.line}: ${path.join(".")} stands there twice`);
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((key, index) => path[index] === key);
}

/** Into `model_providers = {…}` nothing can be put without writing it anew. */
function refuseInline(statements: readonly Statement[]): void {
  const found = statements.find(({ kind, path }) =>
    kind !== "table" && path.length <= TABLE.length && startsWith(TABLE, path)
  );
  if (found === undefined) return;
  const name = found.path.join(".");
  throw new SyntaxError(
    `line ${found.line}: ${name} is an ${kindName(found)}; write it as [model_providers.NAME] ` +
      "tables, or take it out",
  );
}

function kindName({ kind }: Statement): string {
  return kind === "array" ? "array of tables" : "inline table";
}

/** Holds a parser's view of both texts against each other: the edit touched what it was to touch. */
function checkForeign(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  target: CodexTarget,
): void {
  const root = rootSettings(target);
  const provider = providerSettings(target);
  const providers = isRecord(after["model_providers"]) ? after["model_providers"] : {};
  const written = isRecord(providers[PROVIDER]) ? providers[PROVIDER] : {};
  const set = root.every(({ key, value }) => after[key] === value) &&
    provider.every(({ key, value }) => written[key] === value);
  if (set && foreign(before) === foreign(after)) return;
  throw new SyntaxError("the result would not be what was meant");
}

/** Everything in a configuration that is not Chaski's, in a form that can be compared. */
function foreign(document: Record<string, unknown>): string {
  const table = TABLE.join(SEPARATOR);
  const branches = ["", "model_providers", table];
  const keys = [
    ...providerSettings({ url: "", keyed: false, catalogue: false }).map(({ key }) => key),
    ...SOMETIMES,
  ];
  const ours = [
    ...rootSettings({ model: "" }).map(({ key }) => key),
    ...keys.map((key) => table + SEPARATOR + key),
  ];
  const lines: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (ours.includes(path)) return;
    const isBranch = typeof value === "object" && value !== null && !(value instanceof Date);
    if (!branches.includes(path)) {
      lines.push(path + SEPARATOR + (isBranch ? Array.isArray(value) : leaf(value)));
    }
    if (!isBranch) return;
    for (const [key, inside] of Object.entries(value)) {
      visit(inside, path === "" ? key : path + SEPARATOR + key);
    }
  };
  visit(document, "");
  return lines.sort().join("\n");
}

/** Cannot be in a key: TOML allows no control characters there, unless they are escaped. */
const SEPARATOR = "\0";

function leaf(value: unknown): string {
  return value instanceof Date ? `date ${value.getTime()}` : `${typeof value} ${String(value)}`;
}
