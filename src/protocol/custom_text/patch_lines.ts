/** The lines of a patch, and the marks that they begin with. */

export const BEGIN = "*** Begin Patch";
export const END = "*** End Patch";
const HEADER = /^\*\*\* ?(Add|Update|Delete) File:[ \t]*(\S[^\n]*)$/;
const MOVE = /^\*\*\* ?Move to:[ \t]*(\S[^\n]*)$/;
const END_OF_FILE = /^\*\*\* ?End of File(?: ?\*\*\*)?\s*$/;

/** Nearly no line is a marker, and a patch may have a million lines. */
function isStarred(line: string): boolean {
  return line.startsWith("***");
}

/** Whether a line opens a patch; small slips in it do not count. */
export function isBegin(line: string): boolean {
  return isStarred(line) && /^\*\*\* ?Begin Patch(?: ?\*\*\*)?\s*$/.test(line);
}

/** Whether a line closes a patch. */
export function isEnd(line: string): boolean {
  return isStarred(line) && /^\*\*\* ?End (?:of )?Patch(?: ?\*\*\*)?\s*$/.test(line);
}

/** Whether a line says which file comes next. */
export function isFileHeader(line: string): boolean {
  return isStarred(line) && HEADER.test(line);
}

/** A framed patch whose every line has its mark; what stands before the first file is dropped. */
export function withLineMarks(framed: readonly string[]): string[] {
  const lines = framed.slice(1, -1);
  const starts = lines.flatMap((line, at) => isFileHeader(line) ? [at] : []);
  const files = starts.map((start, i) => lines.slice(start, starts[i + 1]));
  return [BEGIN, ...files.flatMap(fileLines), END];
}

function fileLines([header = "", ...lines]: readonly string[]): string[] {
  const [, kind = "", path = ""] = HEADER.exec(header) ?? [];
  const first = `*** ${kind} File: ${path.trimEnd()}`;
  const body = lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
  if (kind === "Add") return [first, ...addedLines(body)];
  return [first, ...(kind === "Update" ? changedLines(body) : body)];
}

/** Where the first line has its `+`, those of others are marks too; elsewhere they are content. */
function addedLines(lines: readonly string[]): string[] {
  const marked = lines.find((line) => line.trim() !== "")?.startsWith("+") ?? false;
  return lines.map((line) => marked && line.startsWith("+") ? line : `+${line}`);
}

function changedLines(lines: readonly string[]): string[] {
  const start = headLength(lines);
  const head = lines.slice(0, start).flatMap((line) => {
    const [, path] = MOVE.exec(line) ?? [];
    return path === undefined ? [] : [`*** Move to: ${path.trimEnd()}`];
  });
  const body = lines.slice(start);
  // Blank lines in a row before a new place are layout; reading backwards finds them in one pass.
  let layout = true;
  const kept = body.toReversed().filter((line) => {
    if (line !== "") layout = isPlace(line);
    return line !== "" || !layout;
  });
  return [...head, ...kept.reverse().map(changedLine)];
}

/** How many lines stand before the change: blank ones, `Move to`, and the head of a diff. */
function headLength(lines: readonly string[]): number {
  let at = 0;
  while (at < lines.length && (lines[at]!.trim() === "" || MOVE.test(lines[at]!))) at++;
  const [old = "", now = "", place = ""] = lines.slice(at, at + 3);
  if (old.startsWith("--- ") && now.startsWith("+++ ") && isPlace(place)) return at + 2;
  // Without a move or a place, blank lines may be lines of the file.
  const moved = lines.slice(0, at).findLastIndex((line) => MOVE.test(line)) + 1;
  return isPlace(lines[at] ?? "") ? at : moved;
}

function isPlace(line: string): boolean {
  return line.startsWith("@@") || END_OF_FILE.test(line);
}

/** A change's line with its mark; every line without one is context. */
export function changedLine(line: string): string {
  if (line.startsWith("@@")) return place(line);
  if (END_OF_FILE.test(line)) return "*** End of File";
  return /^[-+ ]/.test(line) ? line : ` ${line}`;
}

/** Line numbers mean nothing to `apply_patch`, which looks for the text behind `@@` in the file. */
function place(line: string): string {
  if (/^@@ ?-\d+(?:,\d+)? \+\d+(?:,\d+)?(?: ?@@.*)?\s*$/.test(line)) return "@@";
  const text = line.slice(2);
  return text.trim() === "" ? "@@" : `@@ ${text.startsWith(" ") ? text.slice(1) : text}`;
}
