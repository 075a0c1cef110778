import type { Cell } from "./cells.ts";
import type { Row } from "./client.ts";

/** How one cell went; the time is in milliseconds. */
export interface Result {
  readonly passed: boolean;
  readonly ms: number;
}

/** A client's Markdown table: a row for each scenario and upstream, a column for each version. */
export function resultTable(name: string, cells: readonly Cell[]) {
  const rows = [...Map.groupBy(cells, ({ row }) => row)];
  const versions = [...new Set(cells.map(({ version }) => version))];
  const results = new Map<Cell, Result>();

  function* ready(): Generator<string> {
    for (let next = rows[0]; next !== undefined; next = rows[0]) {
      if (next[1].some((cell) => !results.has(cell))) return;
      yield line(...next);
      rows.shift();
    }
  }

  function line(row: Row, own: readonly Cell[]): string {
    const byVersion = new Map(own.map((cell) => [cell.version, results.get(cell)]));
    return tableLine(
      row.name,
      row.upstream,
      ...versions.map((version) => shown(byVersion.get(version))),
    );
  }

  return {
    head: [
      tableLine("scenario", "upstream", ...versions.map((version) => `${name} ${version}`)),
      tableLine("---", "---", ...versions.map(() => "--:")),
    ].join("\n"),
    /** Notes a result and gives the lines that are complete now, in the table's order. */
    add(cell: Cell, result: Result): string[] {
      results.set(cell, result);
      return [...ready()];
    },
  };
}

/** The seconds of what passed; nothing for what was not to be run. */
function shown(result: Result | undefined): string {
  if (result === undefined) return "";
  return result.passed ? (result.ms / 1000).toFixed(1) : "FAILED";
}

function tableLine(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
