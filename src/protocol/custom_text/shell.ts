/** Texts in a shell command, a here-document or a call as programs write it. */
import { unescapeJson } from "./escapes.ts";

const SHELL = /^(?:\$ )?[\w/]{0,32}sh\s{1,8}-l?c\s{1,8}/;

/** The text that a command would hand to the tool; only commands that do nothing else. */
export function shellText(text: string, tool: string): string | null {
  const script = text.trim();
  const shell = SHELL.exec(script)?.[0];
  if (shell !== undefined) return word(script.slice(shell.length));
  const names = [tool, "apply_patch"];
  return hereDocument(script, names) ?? argument(script, names);
}

const HERE = /<<-?[ \t]{0,8}\\?(["']?)([A-Za-z_]\w{0,63})\1/;
/** A command before the tool that changes the folder makes the text another one. */
export const ELSEWHERE = /(?:^|[;&|(]\s{0,8})(?:cd|pushd)\s/;

function hereDocument(script: string, names: readonly string[]): string | null {
  const lineEnd = script.indexOf("\n");
  const line = script.slice(0, Math.max(0, lineEnd));
  if (line.length > 500 || ELSEWHERE.test(line)) return null;
  const mark = HERE.exec(line)?.[2];
  if (mark === undefined || !names.some((name) => line.includes(name))) return null;
  const lines = script.slice(lineEnd + 1).split("\n");
  const end = lines.findIndex((line) => line.trim() === mark);
  if (end === -1) return lines.join("\n");
  return lines.slice(end + 1).join("").trim() === "" ? lines.slice(0, end).join("\n") : null;
}

/** `apply_patch '…'` or `apply_patch(…)`, also as a method of something. */
function argument(script: string, names: readonly string[]): string | null {
  const called = script.replace(/^(?:await )?(?:tools|functions)\./, "");
  const name = names.find((name) => called.startsWith(name));
  if (name === undefined) return null;
  const rest = called.slice(name.length).trim();
  if (!rest.startsWith("(")) return rest === "" ? null : word(rest);
  const inner = rest.endsWith(";") ? rest.slice(0, -1).trimEnd() : rest;
  return inner.endsWith(")") ? literal(inner.slice(1, -1).trim()) : null;
}

function literal(inner: string): string {
  const [mark] = inner;
  const quoted = inner.length > 1 && (mark === "'" || mark === "`") && inner.endsWith(mark);
  return quoted ? unescapeJson(inner.slice(1, -1)) : inner;
}

/** One quoted word of a shell, and nothing behind it. */
function word(text: string): string | null {
  return strictWord(text) ?? looseWord(text);
}

function strictWord(text: string): string | null {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const mark = text.startsWith("$'", at) ? "$'" : text[at]!;
    if (mark === "\\") {
      parts.push(text.slice(at + 1, at + 2));
      at += 2;
      continue;
    }
    const start = at + mark.length;
    const end = closing(text, start, mark);
    if (end === -1) return null;
    parts.push(unquoted(text.slice(start, end), mark));
    at = end + 1;
  }
  return parts.join("");
}

/** Where the quote ends that began with `mark`; -1 where it does not, or where none began. */
function closing(text: string, from: number, mark: string): number {
  if (mark === "'") return text.indexOf("'", from);
  if (mark !== '"' && mark !== "$'") return -1;
  const quote = mark.at(-1);
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function unquoted(inner: string, mark: string): string {
  if (mark === "'") return inner;
  return mark === '"' ? inner.replace(/\\([$`"\\])/g, "$1") : unescapeJson(inner);
}

/** A word whose quotes were not escaped inside. */
function looseWord(text: string): string | null {
  const [mark] = text;
  const quoted = text.length > 1 && (mark === "'" || mark === '"') && text.endsWith(mark);
  return quoted ? text.slice(1, -1) : null;
}
