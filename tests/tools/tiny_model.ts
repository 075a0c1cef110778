import { parseArgs } from "node:util";
import { join } from "node:path";
import { cacheFolder, isThere, withToolLock } from "./cache.ts";
import { type Progress, progressOnStderr } from "./progress.ts";
import { runScript } from "./script.ts";
import { generateModel, type Kind } from "./tiny_model/generate.ts";
import { ToolError } from "./tool_error.ts";

const TEMPLATES = new URL("./templates/", import.meta.url);
const GENERATOR = new URL("./tiny_model/", import.meta.url);
const KINDS: readonly Kind[] = ["chat", "embedding", "rerank"];

/** Which tiny model is wanted. */
export interface TinyModelOptions {
  /** One of {@linkcode templateNames}. */
  readonly template: string;
  /** A whole number from 0; another seed gives other weights. Default: 1. */
  readonly seed?: number;
  /** Default: `chat`. */
  readonly kind?: Kind;
  /** Default: lines on stderr. */
  readonly onProgress?: Progress;
}

/** The names of the chat templates that a tiny model can have, sorted. */
export function templateNames(): string[] {
  return [...Deno.readDirSync(TEMPLATES)]
    .filter(({ name }) => name.endsWith(".jinja"))
    .map(({ name }) => name.slice(0, -".jinja".length))
    .sort();
}

/**
 * Gives a tiny GGUF model of about 1.5 MB that llama-server loads, made when it is not cached yet. It
 * says short readable nonsense, and marker words in a message steer it: `[[tool]]` calls a tool,
 * `[[tools]]` several, `[[think]]` thinks first, `[[plain]]` does not.
 *
 * @returns the path of the file
 * @throws {ToolError} when the template is unknown or the cache cannot be written
 */
export async function tinyModel(options: TinyModelOptions): Promise<string> {
  const { template, seed = 1, kind = "chat" } = options;
  const onProgress = options.onProgress ?? progressOnStderr("tiny-model");
  if (!templateNames().includes(template)) {
    throw new ToolError(
      `Cannot make a tiny model: no template is named "${template}" (${
        templateNames().join(", ")
      })`,
    );
  }
  const jinja = await Deno.readTextFile(new URL(`${template}.jinja`, TEMPLATES));
  const name = kind === "chat" ? `tiny-${template}` : `tiny-${template}-${kind}`;
  const folder = join(await cacheFolder(), "tiny-models", `${await versionOf(jinja)}-seed-${seed}`);
  const path = join(folder, `${name}.gguf`);
  if (await isThere(path)) return path;
  await withToolLock("tiny-model", onProgress, async (scratch) => {
    if (await isThere(path)) return;
    const part = join(scratch, "model.gguf");
    await Deno.writeFile(part, await generateModel({ name, template: jinja, seed, kind }));
    await Deno.mkdir(folder, { recursive: true });
    await Deno.rename(part, path);
    onProgress(`made ${name}.gguf`);
  });
  return path;
}

// Names what a model's bytes depend on, so that a changed generator never meets its old results.
async function versionOf(template: string): Promise<string> {
  const names = [...Deno.readDirSync(GENERATOR)].map(({ name }) => name).sort();
  const sources = names.map((name) => Deno.readTextFileSync(new URL(name, GENERATOR)));
  const text = new TextEncoder().encode([...sources, template].join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", text)).toHex().slice(0, 12);
}

function optionsFrom(args: string[]): TinyModelOptions {
  const { values } = parseArgs({
    args,
    options: {
      template: { type: "string", default: "qwen3" },
      seed: { type: "string", default: "1" },
      kind: { type: "string", default: "chat" },
    },
  });
  const kind = KINDS.find((known) => known === values.kind);
  if (!kind) throw new ToolError(`Cannot read --kind: it is one of ${KINDS.join(", ")}`);
  if (!/^\d{1,9}$/.test(values.seed)) {
    throw new ToolError("Cannot read --seed: it is a whole number of at most nine digits");
  }
  return { template: values.template, seed: Number(values.seed), kind };
}

if (import.meta.main) {
  await runScript(
    "tiny-model",
    async () =>
      Deno.args[0] === "--list"
        ? templateNames().join("\n")
        : await tinyModel(optionsFrom(Deno.args)),
  );
}
