/** A unified diff of one file, as git prints it, in the form of `apply_patch`. */
import { BEGIN, changedLine, END, isBegin, isEnd, isFileHeader } from "./patch_lines.ts";

const NO_FILE = "/dev/null";

/**
 * The lines of the patch; null where the text is no diff, one of several files, or a rename.
 */
export function fromUnifiedDiff(lines: readonly string[]): string[] | null {
  if (lines.some(isFileHeader)) return null;
  const heads = lines.flatMap((_, at) => isHead(lines, at) ? [at] : []);
  const [head] = heads;
  if (head === undefined || heads.length > 1) return null;
  const after = lines.slice(head + 2);
  const end = after.findIndex((line) => isEnd(line) || /^(?:```|~~~)/.test(line));
  const body = end === -1 ? after : after.slice(0, end);
  const last = body.findLastIndex((line) => line.trim() !== "");
  const changes = body.slice(0, last + 1).filter((line) => !line.startsWith("\\ No newline"));
  if (changes.some((line) => line !== "" && !/^(?:@@|[-+ ])/.test(line))) return null;
  const file = fileOf(lines[head]!, lines[head + 1]!);
  const patched = file && section(file, changes);
  return patched && lines.slice(0, head).every(isHarmless) ? [BEGIN, ...patched, END] : null;
}

function isHead(lines: readonly string[], at: number): boolean {
  const [old = "", now = "", place = ""] = [lines[at], lines[at + 1], lines[at + 2]];
  return old.startsWith("--- ") && now.startsWith("+++ ") && place.startsWith("@@");
}

/** Before the diff: git's own lines, a fence, the patch's marker. */
function isHarmless(line: string): boolean {
  return line.trim() === "" || isBegin(line) ||
    /^(?:diff |index |new file mode |deleted file mode |```|~~~)/.test(line);
}

interface File {
  kind: "Add" | "Update" | "Delete";
  path: string;
}

function fileOf(oldLine: string, newLine: string): File | null {
  const [old = "", now = ""] = [oldLine, newLine].map((line) =>
    line.slice(4).replace(/\t.*/, "").trim()
  );
  const prefixed = (old === NO_FILE || old.startsWith("a/")) &&
    (now === NO_FILE || now.startsWith("b/"));
  const [from, to] = [old, now].map((path) =>
    prefixed && path !== NO_FILE ? path.slice(2) : path
  ) as [string, string];
  if (from === NO_FILE) return to === NO_FILE ? null : { kind: "Add", path: to };
  if (to === NO_FILE) return { kind: "Delete", path: from };
  return from === to ? { kind: "Update", path: from } : null;
}

function section({ kind, path }: File, changes: readonly string[]): string[] | null {
  const header = `*** ${kind} File: ${path}`;
  if (kind === "Delete") return [header];
  if (kind === "Update") return [header, ...changes.map(changedLine)];
  const added = changes.filter((line) => !line.startsWith("@@"));
  return added.every((line) => line.startsWith("+")) ? [header, ...added] : null;
}
