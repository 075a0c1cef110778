import { assert, assertEquals } from "@std/assert";
import { renderTable, toRows } from "./table.ts";
import type { Target } from "./targets.ts";

const targets: Target[] = [
  { figure: "fire_cpu_us", of: "value", first: 4, goal: 2.5 },
  { figure: "fire_cpu_us", of: "ratio", first: 1.7, goal: 1 },
];

Deno.test("`toRows()` gives a ratio with a target a row of its own", () => {
  const rows = toRows([{ figure: "fire_cpu_us", value: 3, reference: 1.5, ratio: 2 }], targets);
  assertEquals(rows.map(({ value, verdict }) => [value, verdict]), [[3, "ok"], [2, "MISS"]]);
});

Deno.test("`toRows()` leaves figures without a target unjudged", () => {
  const [row, ...more] = toRows([{ figure: "fire_k_events_s", value: 500 }], targets);
  assertEquals(more, []);
  assertEquals(row?.value, 500);
  assertEquals(row?.verdict, undefined);
});

Deno.test("`toRows()` calls a ratio unmeasured where there is no reference", () => {
  const rows = toRows([{ figure: "fire_cpu_us", value: 3 }], targets);
  assertEquals(rows.map(({ verdict }) => verdict), ["ok", "unmeasured"]);
});

Deno.test("`renderTable()` aligns all columns", () => {
  const summary = [
    { figure: "fire_cpu_us", value: 3, reference: 1.5, ratio: 2 },
    { figure: "fire_k_events_s", value: 123_456, direct: 9 },
  ] as const;
  const lines = renderTable(toRows(summary, targets)).split("\n");
  assertEquals(lines.length, 5);
  const [head = "", ruler = "", ...rows] = lines;
  assert(head.startsWith("figure"));
  const columns = (line: string) => [...line.matchAll(/[|+]/g)].map((match) => match.index);
  for (const line of [ruler, ...rows]) assertEquals(columns(line), columns(head));
});

Deno.test("`renderTable()` says none and never for what has no number", () => {
  const cells = (value: number) =>
    renderTable([{ label: "x", decimals: 1, value }]).split("\n")[2]?.split("|").map((cell) =>
      cell.trim()
    );
  assertEquals(cells(1.25)?.[1], "1.3");
  assertEquals(cells(NaN)?.[1], "none");
  assertEquals(cells(Infinity)?.[1], "never");
});
