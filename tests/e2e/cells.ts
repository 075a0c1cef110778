import { CODEX_RELEASES, type CodexRelease, isSince } from "../codex/codex_release.ts";
import { type Template, TEMPLATES } from "../clients/tiny_llama.ts";
import type { FakeScenario, RealScenario, Scenario } from "./scenario.ts";

/** One row of the table: a scenario over one upstream. */
export type Row =
  | { readonly template: Template; readonly scenario: RealScenario }
  | { readonly template: null; readonly scenario: FakeScenario };

/** One run: a row with one version of the client. */
export interface Cell {
  readonly row: Row;
  readonly release: CodexRelease;
}

/** Every cell that the scenarios ask for and whose description matches; row by row. */
export function chooseCells(scenarios: readonly Scenario[], pattern: RegExp): Cell[] {
  return scenarios.flatMap(rowsOf).flatMap((row) =>
    CODEX_RELEASES.filter(({ version }) => isSince(version, row.scenario.since ?? version))
      .map((release) => ({ row, release }))
  ).filter((cell) => pattern.test(describe(cell)));
}

function rowsOf(scenario: Scenario): Row[] {
  return scenario.upstream === "fake"
    ? [{ template: null, scenario }]
    : (scenario.templates ?? TEMPLATES).map((template) => ({ template, scenario }));
}

/** A cell in words: scenario, upstream, client. */
export function describe({ row, release }: Cell): string {
  return `${row.scenario.name}, ${row.template ?? "fake"}, codex ${release.version}`;
}
