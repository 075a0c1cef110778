/** Chaski that runs llama-server by itself over a folder with the tiny model. */
import { join } from "node:path";
import { type Chaski, type ChaskiOptions, startChaski } from "../chaski_process.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

/** What several Chaskis may share, one after the other. */
export interface ManagedChaski extends AsyncDisposable {
  readonly models: string;
  readonly dataDir: string;
  /** The model's id. */
  readonly id: string;
  start(options?: StartOptions): Promise<Chaski>;
}

/** As `startChaski()` has them. */
export type StartOptions = Pick<ChaskiOptions, "env" | "preload" | "leads">;

/** @param args of every llama-server; more threads than one only wait for each other */
export async function managedChaski(args: readonly string[] = ["-t", "1"]): Promise<ManagedChaski> {
  const folder = await Deno.makeTempDir({ prefix: "chaski-managed-" });
  const [models, dataDir, config] = ["models", "data", "chaski.toml"].map((name) =>
    join(folder, name)
  ) as [string, string, string];
  await Deno.mkdir(models);
  await Deno.copyFile(await tinyModel({ template: "qwen3" }), join(models, "tiny-Q8_0.gguf"));
  await Deno.writeTextFile(config, `[models."*"]\nargs = ${JSON.stringify(args)}\n`);
  const binary = await findLlamaServer();
  return {
    ...{ models, dataDir, id: "tiny:Q8_0" },
    start: ({ env, ...more } = {}) =>
      startChaski({
        args: ["--models-dir", models, "--data-dir", dataDir, "--config", config],
        env: { CHASKI_LLAMA_SERVER: binary, ...env },
        ...more,
      }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Asks for a few words, so that the model is loaded. */
export async function ask({ url }: Chaski): Promise<Response> {
  const body = JSON.stringify({ input: "Hello", max_output_tokens: 8 });
  return await fetch(`${url}/v1/responses`, { method: "POST", body });
}

/** Loads the model; gives the pid of its llama-server. */
export async function loaded(chaski: Chaski): Promise<number> {
  const answer = await ask(chaski);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
  const isStart = ({ message }: { message: string }) => / loads tiny/.test(message);
  return Number(chaski.log().findLast(isStart)?.["pid"]);
}
