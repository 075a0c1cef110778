/** A cache and what a pull into it needs. */

import { join } from "node:path";
import { type Progress, pull, type PullWorld } from "../../src/hub/pull.ts";
import { discover, type Discovered } from "../../src/models/discover.ts";
import { type ModelFolder, modelFolder } from "../models/model_files.ts";
import type { FakeHub } from "./fake_hub.ts";

/** An empty cache beside a hub. */
export interface Stage extends AsyncDisposable {
  cache: ModelFolder;
  /** The repository `org/x-GGUF` in the cache. */
  repository: string;
  progress: Progress[];
  /** Milliseconds that a pull wanted to wait; it did not. */
  waits: number[];
  pull(name: string, changes?: Partial<PullWorld>): ReturnType<typeof pull>;
  list(): Promise<Discovered>;
  /** The files of the repository, by their paths in it, in order. */
  files(): Promise<string[]>;
}

export async function stage(hub: FakeHub, env: Record<string, string> = {}): Promise<Stage> {
  const cache = await modelFolder();
  const [progress, waits]: [Progress[], number[]] = [[], []];
  const repository = join(cache.path, "models--org--x-GGUF");
  return {
    ...{ cache, repository, progress, waits },
    pull: (name, changes = {}) =>
      pull(name, {
        os: Deno.build.os,
        env: { HF_ENDPOINT: hub.url, HF_TOKEN_PATH: join(cache.path, "token"), ...env },
        places: { hub: cache.path },
        fetch: (url, options) => fetch(url, options),
        signal: new AbortController().signal,
        onProgress: (each) => progress.push(each),
        wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
        ...changes,
      }),
    list: () => discover({ folders: [], hub: cache.path, lmStudio: null, ollama: [] }),
    files: async () => (await Array.fromAsync(below(repository, ""))).sort(),
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
}

async function* below(folder: string, path: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(folder, path))) {
    const inside = path === "" ? name : `${path}/${name}`;
    if (isDirectory) yield* below(folder, inside);
    else yield inside;
  }
}

/** A model's bytes that are like no other's, with some weight behind the header. */
export function weighty(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(Math.max(size, bytes.length));
  for (let at = 0; at < all.length; at++) all[at] = (at * 31 + (at >> 8) * 7 + size) % 256;
  all.set(bytes);
  return all;
}
