import { parseArgs } from "node:util";
import { type Cell, chooseCells, describe } from "./cells.ts";
import { clients } from "./clients.ts";
import { LOAD, runLoad } from "./load.ts";
import { openStages, type Stages } from "./stages.ts";
import { resultTable } from "./table.ts";

/** Runs a client's cells, so many at once, and prints the table as it grows; gives what went wrong. */
async function runTable(
  name: string,
  cells: readonly Cell[],
  { stages, jobs }: { stages: Stages; jobs: number },
): Promise<string[]> {
  const complaints: string[] = [];
  const table = resultTable(name, cells);
  console.log(`\n${table.head}`);
  const runCell = async (cell: Cell) => {
    const start = performance.now();
    let passed = true;
    try {
      await stages.run(cell);
    } catch (error) {
      passed = false;
      complaints.push(`${describe(cell)}:\n${Deno.inspect(error)}`);
    }
    const lines = table.add(cell, { passed, ms: performance.now() - start });
    for (const line of lines) console.log(line);
  };
  const { shared = [], alone = [] } = Object.groupBy(
    cells,
    ({ row }) => row.alone ? "alone" : "shared",
  );
  await inParallel(shared, jobs, runCell);
  await inParallel(alone, 1, runCell);
  return complaints;
}

/** Works on so many elements at once, begun in their order. */
async function inParallel<T>(
  elements: readonly T[],
  jobs: number,
  work: (element: T) => Promise<void>,
): Promise<void> {
  const queue = elements.values();
  const worker = async () => {
    for (const element of queue) await work(element);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    jobs: { type: "string", default: "3" },
    list: { type: "boolean", default: false },
  },
});
const pattern = new RegExp(values.only, "i");
const byClient = clients.map((client) => ({ client, cells: chooseCells(client, pattern) }))
  .filter(({ cells }) => cells.length > 0);
const cells = byClient.flatMap((one) => one.cells);
const withLoad = pattern.test(LOAD);
if (values.list) {
  for (const cell of cells) console.log(describe(cell));
  if (withLoad) console.log(LOAD);
} else {
  const jobs = Number(values.jobs);
  if (!(jobs >= 1)) throw new Error("Cannot read --jobs: it is a number from 1");
  const complaints: string[] = [];
  await using stages = await openStages(cells);
  for (const { client, cells } of byClient) {
    complaints.push(...await runTable(client.name, cells, { stages, jobs }));
  }
  if (withLoad) complaints.push(...await runLoad());
  const all = cells.length + (withLoad ? 1 : 0);
  for (const complaint of complaints) console.error(`\n${complaint}`);
  console.error(`\n${all - complaints.length} passed, ${complaints.length} failed`);
  if (complaints.length > 0 || all === 0) Deno.exitCode = 1;
}
