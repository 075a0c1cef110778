import { join } from "node:path";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import { CONTRASTING_TEMPLATES } from "./tiny_llama.ts";

/** A Chaski that runs the models of a folder by itself, two at a time. */
export interface ManagedFolder extends AsyncDisposable {
  readonly chaski: Chaski;
  /** What users call the models: their names without quantisation. */
  readonly names: readonly string[];
}

/** Two threads only wait for each other over so small a model. */
const SETTINGS = '[models."*"]\nargs = ["-t", "1"]\n';

/** Starts Chaski over a folder with a model of every template that differs; none is loaded. */
export async function openManagedFolder(): Promise<ManagedFolder> {
  const root = await Deno.makeTempDir({ prefix: "chaski-folder-" });
  const [models, settings] = [join(root, "models"), join(root, "chaski.toml")];
  await Deno.mkdir(models);
  for (const template of CONTRASTING_TEMPLATES) {
    await Deno.copyFile(await tinyModel({ template }), join(models, `tiny-${template}-F16.gguf`));
  }
  await Deno.writeTextFile(settings, SETTINGS);
  const chaski = await startChaski({
    args: ["--models-dir", models, "--config", settings, "--max-models", "2"],
    env: { CHASKI_LLAMA_SERVER: await findLlamaServer() },
  });
  return {
    chaski,
    names: CONTRASTING_TEMPLATES.map((template) => `tiny-${template}`),
    async [Symbol.asyncDispose]() {
      chaski.kill("SIGTERM");
      await chaski.exited;
      await chaski[Symbol.asyncDispose]();
      await Deno.remove(root, { recursive: true });
    },
  };
}

/** Waits for the log to say that a request to the model ended well. */
export async function answeredBy({ chaski }: ManagedFolder, name: string): Promise<void> {
  await chaski.logged(({ outcome, model }) => outcome === "complete" && model === `${name}:F16`);
}
