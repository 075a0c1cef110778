/** What models do, as a table. Pure. */

import { isRecord } from "../../protocol/record.ts";
import { printable } from "../io.ts";
import { sizeText } from "../../models/size_text.ts";

const HEADINGS = ["NAME", "STATE", "MEMORY", "CONTEXT", "SLOTS", "RUNNING", "WAITING"];

/** A line for each model of `GET /admin/models`, and below why some have failed. */
export function stateTable(models: readonly Record<string, unknown>[]): string {
  if (models.length === 0) return "No model is loaded.\n";
  const rows = [HEADINGS, ...models.map(cellsOf)];
  const lines = rows.map((row) => `${padded(row, rows).join("  ").trimEnd()}\n`);
  const errors = models.flatMap(({ error }) =>
    typeof error === "string" ? [`${printable(error)}\n`] : []
  );
  return [...lines, ...errors].join("");
}

function cellsOf(model: Record<string, unknown>): string[] {
  const { id, state, memory, context_length: context, slots, running, waiting } = model;
  return [id, state, memoryText(memory), context, slots, running, waiting]
    .map((cell) => printable(String(cell ?? "–")));
}

function memoryText(memory: unknown): string | null {
  if (!isRecord(memory)) return null;
  return sizeText(Number(memory["ram"]) + Number(memory["vram"]));
}

/** Words to the left, numbers to the right. */
function padded(row: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return row.map((cell, column) => {
    const width = Math.max(...rows.map((each) => each[column]?.length ?? 0));
    return column < 2 ? cell.padEnd(width) : cell.padStart(width);
  });
}
