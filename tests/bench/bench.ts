/**
 * `deno task bench`: measures the speed of Chaski and holds it against the targets.
 */

import { buildPrograms } from "./build.ts";
import { Children } from "./children.ts";
import { loadOn, type Subject } from "./load.ts";
import { measure, type Measurement, summarize } from "./measure.ts";
import { type BenchOptions, readOptions } from "./options.ts";
import { startMock, startSubjects } from "./subjects.ts";
import { type Plan, tests } from "./suite.ts";
import { renderTable, type Row, toRows } from "./table.ts";
import { targets } from "./targets.ts";

const options = readOptions(Deno.args);
const children = new Children();
const interruption = new Error("Interrupted");
const interrupted = Promise.withResolvers<never>();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(name, () => interrupted.reject(interruption));
}
try {
  Deno.exitCode = await Promise.race([run(options, children), interrupted.promise]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = error === interruption ? 130 : 2;
}
await children[Symbol.asyncDispose]();
// The signal listeners would keep the process alive.
Deno.exit();

/** The whole run; resolves to the exit code. */
async function run(options: BenchOptions, children: Children): Promise<number> {
  const [loadBefore = NaN] = Deno.loadavg();
  const programs = await buildPrograms();
  const mock = await startMock(children, programs, options);
  if (options.mockOnly) {
    console.log(`The mock listens on ${mock.origin}; Ctrl-C ends it.`);
    return await interrupted.promise;
  }
  const subjects = await startSubjects(children, mock, options);
  const wanted = tests.filter(({ name }) => options.only?.includes(name) ?? true);
  const quick = options.quick ?? false;
  const plan: Plan = { quick, repetitions: options.reps ?? (quick ? 2 : 3) };
  const loadOf = (subject: Subject) =>
    loadOn(subject, children, programs.loadgen, Number(mock.port));
  const summary = summarize(await measure(wanted, subjects, plan, loadOf, console.error));
  const rows = toRows(summary, targets);
  const misses = rows.filter((row) => row.verdict === "MISS").length;
  console.log(
    `${renderTable(rows)}\n\n${subjectText(options)}; targets missed: ${misses}; ` +
      `load average before the run: ${loadBefore.toFixed(2)}`,
  );
  if (options.json) await writeSummary(options.json, options, plan, summary, rows);
  return options.check && misses > 0 ? 1 : 0;
}

function subjectText({ binary, url, api }: BenchOptions): string {
  return `${binary ?? url?.origin ?? "main.ts"} (${api}) on Deno ${Deno.version.deno}`;
}

/** What could not be measured (`NaN`) and what never happened (`Infinity`) become null in JSON. */
async function writeSummary(
  file: string,
  options: BenchOptions,
  plan: Plan,
  summary: readonly Measurement[],
  rows: readonly Row[],
): Promise<void> {
  const verdicts = rows.flatMap(({ target, value, verdict }) =>
    target ? [{ ...target, value: value ?? null, verdict }] : []
  );
  const document = {
    taken_at: new Date().toISOString(),
    subject: subjectText(options),
    plan,
    figures: Object.fromEntries(summary.map(({ figure, ...numbers }) => [figure, numbers])),
    targets: verdicts,
  };
  await Deno.writeTextFile(file, `${JSON.stringify(document, null, 2)}\n`);
}
