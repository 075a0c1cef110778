/** The models of Ollama: manifests name the blobs that they are made of. */

import { join } from "node:path";
import type { FoundFile } from "./files.ts";
import { foldersIn, identityOf, smallText } from "./walk_folder.ts";

const LARGEST_MANIFEST = 1024 * 1024;
const MOST_MANIFESTS = 2000;
/** What a model without a namespace or a registry of its own is kept under. */
const DEFAULTS = ["registry.ollama.ai", "library"];

interface Layer {
  mediaType: string;
  digest: string;
  size: number;
}

/** The models and projectors of all manifests `HOST/NAMESPACE…/MODEL/TAG`. */
export async function findInOllama(root: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const parts of await manifestsBelow(join(root, "manifests"), [])) {
    const text = await smallText(join(root, "manifests", ...parts), LARGEST_MANIFEST);
    for (const layer of layersOf(text)) {
      const file = await fileOf(root, parts, layer);
      if (file) found.push(file);
    }
  }
  return found;
}

async function manifestsBelow(folder: string, parts: readonly string[]): Promise<string[][]> {
  const found: string[][] = [];
  for (const name of parts.length < 4 ? await foldersIn(folder) : []) {
    if (found.length >= MOST_MANIFESTS) break;
    found.push(...await manifestsBelow(join(folder, name), [...parts, name]));
  }
  if (parts.length < 3) return found;
  for (const tag of await filesIn(folder)) {
    if (found.length < MOST_MANIFESTS) found.push([...parts, tag]);
  }
  return found;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  return entries.filter(({ name, isFile }) => isFile && !name.startsWith("."))
    .map(({ name }) => name).sort();
}

function layersOf(manifest: string | null): Layer[] {
  try {
    const { layers } = Object(JSON.parse(manifest ?? "null"));
    return Array.isArray(layers) ? layers.filter(isLayer).slice(0, 64) : [];
  } catch {
    return [];
  }
}

/** A digest that is one names no other file than a blob. */
function isLayer(value: unknown): value is Layer {
  const { mediaType, digest, size } = Object(value);
  return typeof mediaType === "string" && typeof size === "number" &&
    typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest);
}

async function fileOf(
  root: string,
  parts: readonly string[],
  { mediaType, digest, size }: Layer,
): Promise<FoundFile | null> {
  const kind = /^application\/vnd\.ollama\.image\.(model|projector)$/.exec(mediaType)?.[1];
  if (kind === undefined) return null;
  const path = join(root, "blobs", digest.replace(":", "-"));
  const info = await Deno.stat(path).catch(() => null);
  // A shorter one is still on its way.
  if (!info?.isFile || info.size !== size) return null;
  const model = parts.slice(0, -1).filter((part, i) => part !== DEFAULTS[i]);
  const tag = parts.at(-1) ?? "";
  const own = model.at(-1) ?? "";
  const name = tag === "latest" ? own : `${own}-${tag}`;
  return {
    path,
    name: `${kind === "projector" ? "mmproj-" : ""}${name}.gguf`,
    size,
    identity: identityOf(info, await Deno.realPath(path)),
    folders: [],
    collection: join(root, "manifests", ...parts),
    source: "ollama",
    owner: model.length > 1 ? model.at(-2) ?? null : "ollama",
    otherwise: name,
    aliases: kind === "model" ? [`${model.join("/")}:${tag}`] : [],
  };
}
