/** Chaski over several tiny models, of which only so many may run side by side. */
import { join } from "node:path";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

export interface SwapStage extends AsyncDisposable {
  readonly chaski: Chaski;
  /** The models' ids, in the order of their templates. */
  readonly ids: readonly string[];
  /** The file of a model. */
  fileOf(id: string): string;
}

export interface SwapOptions {
  /** A tiny model for each, which has its name. */
  templates: readonly string[];
  /** How many may run side by side. */
  most: number;
}

/** Nothing runs before it is asked for. */
export async function swapStage({ templates, most }: SwapOptions): Promise<SwapStage> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "chaski-swap-" }));
  const [models, config] = [join(folder, "models"), join(folder, "chaski.toml")];
  await Deno.mkdir(models);
  const ids = templates.map((template) => `${template}:Q8_0`);
  const fileOf = (id: string) => join(models, `${id.replace(":", "-")}.gguf`);
  for (const [i, id] of ids.entries()) {
    await Deno.copyFile(await tinyModel({ template: templates[i] ?? "" }), fileOf(id));
  }
  await Deno.writeTextFile(config, SETTINGS);
  const args = ["--models-dir", models, "--data-dir", join(folder, "data"), "--config", config];
  const chaski = await startChaski({
    args: [...args, "--max-models", String(most)],
    env: { CHASKI_LLAMA_SERVER: await findLlamaServer() },
  });
  return {
    ...{ chaski, ids, fileOf },
    async [Symbol.asyncDispose]() {
      await chaski[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** More threads than one only wait for each other. */
const SETTINGS = '[models."*"]\nslots = 2\ncontext = 4096\nargs = ["-t", "1"]\n';

/** How often the log tells of a state of a model. */
export function timesIn(chaski: Chaski, id: string, state: string): number {
  return chaski.log().filter((line) => line["model"] === id && line["state"] === state).length;
}

/** Milliseconds of each swap in one place: from a model that goes to the next one that is ready. */
export function swapTimes(chaski: Chaski): number[] {
  let gone: number | null = null;
  return chaski.log().flatMap((line) => {
    const at = Date.parse(String(line["@timestamp"]));
    if (line["state"] === "stopping") gone = at;
    if (line["state"] !== "ready" || gone === null) return [];
    const took = at - gone;
    gone = null;
    return [took];
  });
}

/** The process ids of all llama-servers that were started. */
export function startedPids(chaski: Chaski): number[] {
  return chaski.log().filter(({ message }) => message.startsWith("llama-server "))
    .flatMap(({ pid }) => typeof pid === "number" ? [pid] : []);
}
