/**
 * Patches in the form of Codex's `apply_patch` that miss some of their markup. The grammar that
 * decides is the tool's own; these are only proposals to it.
 */
import { ELSEWHERE } from "./shell.ts";
import type { TextFormat } from "../text_format/text_format.ts";
import { BEGIN, END, isBegin, isEnd, isFileHeader, withLineMarks } from "./patch_lines.ts";
import { fromUnifiedDiff } from "./unified_diff.ts";

/** Whether a format describes such patches. */
export function isPatchFormat({ definition }: TextFormat): boolean {
  return definition.includes(BEGIN);
}

/** Nothing where no file is named. Lines that are right already are kept, so they come first. */
export function* patchRepairs(text: string): Generator<string> {
  const unix = withoutCarriageReturns(text);
  if (unix !== text) yield unix;
  const lines = unix.split("\n");
  const diff = fromUnifiedDiff(lines);
  const framed = framedLines(lines);
  for (const repaired of [framed && withLineMarks(framed), framed, diff]) {
    if (repaired === null) continue;
    const joined = repaired.join("\n");
    yield joined;
    yield `${joined}\n`;
  }
}

/** Only where every line has one: elsewhere they are what the file has. */
function withoutCarriageReturns(text: string): string {
  const lines = text.trimEnd().split("\n");
  const all = lines.length > 1 && lines.slice(0, -1).every((line) => line.endsWith("\r"));
  return all ? text.replaceAll("\r\n", "\n") : text;
}

/**
 * The one patch of a text without what stands around it, from its first to its last marker; a
 * missing marker is put back. Null where there is no patch, or more than one.
 */
function framedLines(lines: readonly string[]): string[] | null {
  const header = lines.findIndex((line) => isFileHeader(line.trim()));
  const begin = lines.findIndex((line) => isBegin(line.trim()));
  if (header === -1 || begin > header) return null;
  const start = begin === -1 ? header : begin;
  if (lines.slice(0, start).some((line) => ELSEWHERE.test(line) || line.includes(BEGIN))) {
    return null;
  }
  const patch = dedented(lines.slice(start));
  const body = begin === -1 ? patch : patch.slice(1);
  const end = body.findIndex((line) => isEnd(line));
  const rest = end === -1 ? [] : body.slice(end + 1);
  const inside = end === -1 ? withoutBlankEnd(body) : body.slice(0, end);
  if (end === -1 && endsInProse(inside)) return null;
  if (inside.some(isFrameLike) || rest.some((line) => isBegin(line) || isFileHeader(line))) {
    return null;
  }
  return [BEGIN, ...inside, END];
}

/** Without an end, a last line without a mark may be the model's own words about the patch. */
function endsInProse(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith("+")) && !/^[-+ @*]/.test(lines.at(-1) ?? "");
}

/** A second patch, or a marker with the rest of a wrapper behind it: content it is not. */
function isFrameLike(line: string): boolean {
  return /^\*\*\* ?(?:Begin|End) (?:of )?Patch/.test(line);
}

/** Takes the first line's indentation from all lines if all have it, and from that one if not. */
function dedented(lines: string[]): string[] {
  const [first = ""] = lines;
  const indent = first.slice(0, first.length - first.trimStart().length);
  if (indent === "") return lines;
  const end = lines.findIndex((line) => isEnd(line.trim()));
  const patch = end === -1 ? lines : lines.slice(0, end + 1);
  if (!patch.every((line) => line.trim() === "" || line.startsWith(indent))) {
    return [first.trimStart(), ...lines.slice(1)];
  }
  return patch.map((line) => line.startsWith(indent) ? line.slice(indent.length) : "")
    .concat(lines.slice(patch.length));
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== "") + 1);
}
