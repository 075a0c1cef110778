import { parseArgs } from "node:util";
import { codexCli } from "../codex/codex_cli.ts";
import { CODEX_RELEASES, type CodexRelease } from "../codex/codex_release.ts";
import {
  onFakeStage,
  onRealStage,
  startTinyLlama,
  type Template,
  TEMPLATES,
} from "../codex/stage.ts";
import type { FakeScenario, RealScenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

/** One run: a scenario with one version of the client over one upstream. */
type Cell =
  & { readonly release: CodexRelease }
  & (
    | { readonly template: Template; readonly scenario: RealScenario }
    | { readonly template: null; readonly scenario: FakeScenario }
  );

// One template after the other, because each has a llama-server of its own.
function allCells(): Cell[] {
  return CODEX_RELEASES.flatMap((release) => [
    ...TEMPLATES.flatMap((template) =>
      scenarios.flatMap((scenario): Cell[] =>
        scenario.upstream === "real" ? [{ release, template, scenario }] : []
      )
    ),
    ...scenarios.flatMap((scenario): Cell[] =>
      scenario.upstream === "fake" ? [{ release, template: null, scenario }] : []
    ),
  ]);
}

function columns({ release, template, scenario }: Cell): string[] {
  return [scenario.name, `codex ${release.version}`, template ?? "fake"];
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Keeps the llama-server of the template that is on; a change of template changes the server. */
function llamaServers() {
  let running: { template: Template; server: Awaited<ReturnType<typeof startTinyLlama>> } | null =
    null;
  const stop = async () => {
    await running?.server.stop();
    running = null;
  };
  return {
    async urlFor(template: Template): Promise<string> {
      if (running?.template !== template) {
        await stop();
        running = { template, server: await startTinyLlama(template) };
      }
      return running.server.url;
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function runCell(
  cell: Cell,
  servers: { urlFor(template: Template): Promise<string> },
): Promise<void> {
  const cli = await codexCli(cell.release);
  const { scenario, template } = cell;
  const options = scenario.options ?? {};
  if (template === null) return await onFakeStage(cli, options, scenario.run);
  await onRealStage(cli, await servers.urlFor(template), options, scenario.run);
}

/** Runs the cells and prints the table as it grows; resolves to what went wrong. */
async function runMatrix(cells: readonly Cell[]): Promise<string[]> {
  const complaints: string[] = [];
  await using servers = llamaServers();
  console.log(row("scenario", "client", "upstream", "result", "seconds"));
  console.log(row("---", "---", "---", "---", "--:"));
  for (const cell of cells) {
    const start = performance.now();
    let result = "ok";
    try {
      await runCell(cell, servers);
    } catch (error) {
      result = "FAILED";
      complaints.push(`${columns(cell).join(", ")}:\n${Deno.inspect(error)}`);
    }
    console.log(row(...columns(cell), result, ((performance.now() - start) / 1000).toFixed(1)));
  }
  return complaints;
}

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, list: { type: "boolean", default: false } },
});
const pattern = new RegExp(values.only, "i");
const cells = allCells().filter((cell) => pattern.test(columns(cell).join(" ")));
if (values.list) {
  for (const cell of cells) console.log(columns(cell).join(", "));
} else {
  const complaints = await runMatrix(cells);
  for (const complaint of complaints) console.error(`\n${complaint}`);
  console.error(`\n${cells.length - complaints.length} passed, ${complaints.length} failed`);
  if (complaints.length > 0 || cells.length === 0) Deno.exitCode = 1;
}
