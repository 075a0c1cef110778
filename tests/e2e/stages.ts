import { type CodexCli, codexCli } from "../codex/codex_cli.ts";
import { onFakeStage, onRealStage } from "../codex/stage.ts";
import { startTinyLlama, type Template } from "../clients/tiny_llama.ts";
import type { Cell } from "./cells.ts";

type TinyLlama = Awaited<ReturnType<typeof startTinyLlama>>;

/** Sets the stage of any cell. */
export interface Stages extends AsyncDisposable {
  /** Runs a cell's scenario; rejects when anything is not as it should be. */
  run(cell: Cell): Promise<void>;
}

/** Fetches the clients that the cells want. Each template's llama-server runs from its first cell on. */
export async function openStages(cells: readonly Cell[]): Promise<Stages> {
  const clients = new Map<string, CodexCli>();
  for (const release of new Set(cells.map(({ release }) => release))) {
    clients.set(release.version, await codexCli(release));
  }
  const servers = new Map<Template, Promise<TinyLlama>>();
  const server = (template: Template) => {
    const started = servers.get(template) ?? startTinyLlama(template);
    servers.set(template, started);
    return started;
  };
  return {
    async run({ row, release }) {
      const cli = clients.get(release.version);
      if (cli === undefined) throw new Error(`Codex ${release.version} was not fetched`);
      const options = row.scenario.options ?? {};
      if (row.template === null) return await onFakeStage(cli, options, row.scenario.run);
      const { url } = await server(row.template);
      await onRealStage(cli, url, options, row.scenario.run);
    },
    async [Symbol.asyncDispose]() {
      const started = await Promise.allSettled(servers.values());
      await Promise.all(
        started.map((result) => result.status === "fulfilled" && result.value.stop()),
      );
    },
  };
}
