/**
 * The table that the bench prints: one row per figure, and one more per ratio that has a target.
 */

import { figureOf } from "./figures.ts";
import type { Measurement } from "./measure.ts";
import { type Target, type Verdict, verdictOf } from "./targets.ts";

/** One line of the table. */
export interface Row {
  label: string;
  decimals: number;
  value?: number;
  reference?: number;
  direct?: number;
  ratio?: number;
  target?: Target;
  verdict?: Verdict;
}

/** The rows of a run, figures without a target included. */
export function toRows(summary: readonly Measurement[], targets: readonly Target[]): Row[] {
  return summary.flatMap((measurement) => {
    const { figure, ...numbers } = measurement;
    const { label, decimals } = figureOf(figure);
    const target = (of: Target["of"]) => targets.find((t) => t.figure === figure && t.of === of);
    const row: Row = { label, decimals, ...numbers, ...judged(numbers.value, target("value")) };
    const ratioTarget = target("ratio");
    if (!ratioTarget) return [row];
    const { ratio } = numbers;
    const ratioRow: Row = { label: "  ratio to the reference", decimals: 2 };
    if (ratio !== undefined) ratioRow.value = ratio;
    return [row, { ...ratioRow, ...judged(ratio, ratioTarget) }];
  });
}

function judged(
  value: number | undefined,
  target: Target | undefined,
): { target?: Target; verdict?: Verdict } {
  return target ? { target, verdict: verdictOf(value, target) } : {};
}

const head = ["figure", "value", "reference", "ratio", "direct", "first", "goal", "verdict"];

/** The rows as aligned text with a head. A figure within its goal says so; `ok` is within "first". */
export function renderTable(rows: readonly Row[]): string {
  const lines = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length))
  );
  const rendered = lines.map((cells) => renderLine(cells, widths));
  rendered.splice(1, 0, widths.map((width) => "-".repeat(width)).join("-+-"));
  return rendered.join("\n");
}

function cellsOf(row: Row): string[] {
  return [
    row.label,
    numberText(row.value, row.decimals),
    numberText(row.reference, row.decimals),
    numberText(row.ratio, 2),
    numberText(row.direct, row.decimals),
    row.target ? `${row.target.first}` : "",
    row.target ? `${row.target.goal}` : "",
    row.verdict ?? "",
  ];
}

function numberText(value: number | undefined, decimals: number): string {
  if (value === undefined) return "";
  if (Number.isNaN(value)) return "none";
  return value === Infinity ? "never" : value.toFixed(decimals);
}

/** Text is left-aligned in the first and the last column, numbers to the right in the others. */
function renderLine(cells: readonly string[], widths: readonly number[]): string {
  const last = widths.length - 1;
  const padded = widths.map((width, column) => {
    const cell = cells[column] ?? "";
    return column === 0 || column === last ? cell.padEnd(width) : cell.padStart(width);
  });
  return padded.join(" | ").trimEnd();
}
