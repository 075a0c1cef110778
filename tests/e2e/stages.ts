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
  for (const { client, version } of cells) await client.fetch(version);
  const servers = new Map<Template, Promise<TinyLlama>>();
  const llamaServer = async (template: Template) => {
    const started = servers.get(template) ?? startTinyLlama(template);
    servers.set(template, started);
    return (await started).url;
  };
  return {
    run: ({ row, version }) => row.run(version, llamaServer),
    async [Symbol.asyncDispose]() {
      const started = await Promise.allSettled(servers.values());
      await Promise.all(
        started.map((result) => result.status === "fulfilled" && result.value.stop()),
      );
    },
  };
}
