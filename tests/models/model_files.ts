/** Model files that were found, and real ones in a folder of one test. */

import { dirname, join } from "node:path";
import type { FoundFile } from "../../src/models/files.ts";
import type { GgufHeader } from "../../src/models/gguf_header.ts";
import { gguf, readPieces, scalar, text, u32Value, type Value } from "./gguf_writer.ts";

/** A found file at `folders/…/name` in the folder `/m`. */
export function found(path: string, changes: Partial<FoundFile> = {}): FoundFile {
  const folders = path.split("/");
  const name = folders.pop() ?? "";
  return {
    path: `/m/${path}`,
    name,
    size: 100,
    identity: path,
    folders,
    collection: "/m",
    source: "folder",
    owner: folders.at(-1) ?? "m",
    otherwise: folders.at(-1) ?? null,
    aliases: [],
    ...changes,
  };
}

/** What the header of a model says. */
export function modelBytes(entries: Record<string, Value> = {}): Uint8Array<ArrayBuffer> {
  return gguf({
    "general.architecture": text("llama"),
    "general.file_type": u32Value(15),
    "llama.context_length": u32Value(4096),
    "llama.embedding_length": u32Value(2560),
    ...entries,
  });
}

/** What the header of a projector says. */
export function projectorBytes(entries: Record<string, Value> = {}): Uint8Array<ArrayBuffer> {
  return gguf({
    "general.architecture": text("clip"),
    "general.type": text("mmproj"),
    "clip.has_vision_encoder": scalar("bool", 1),
    "clip.vision.projection_dim": u32Value(2560),
    ...entries,
  });
}

export function modelHeader(entries: Record<string, Value> = {}): GgufHeader {
  return readPieces(modelBytes(entries));
}

export function projectorHeader(entries: Record<string, Value> = {}): GgufHeader {
  return readPieces(projectorBytes(entries));
}

/** A folder that is removed after the test. */
export interface ModelFolder extends AsyncDisposable {
  path: string;
  /** Writes a file, with the folders it needs, and gives its path. */
  write(name: string, data?: Uint8Array | string): Promise<string>;
  /** Makes a symbolic link. */
  link(target: string, name: string): Promise<void>;
}

/** An empty folder; files hold a model's header unless told otherwise. */
export async function modelFolder(): Promise<ModelFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "chaski-models-" }));
  const place = async (name: string) => {
    await Deno.mkdir(dirname(join(path, name)), { recursive: true });
    return join(path, name);
  };
  return {
    path,
    async write(name, data = modelBytes()) {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      await Deno.writeFile(await place(name), bytes);
      return join(path, name);
    },
    link: async (target, name) => await Deno.symlink(target, await place(name)),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
