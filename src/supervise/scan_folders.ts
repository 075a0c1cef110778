/** The folders that are looked into for models: those of the configuration, and those added later. */
import { usableFolder } from "../models/usable_folder.ts";
import { type ApiError, invalidRequest } from "../protocol/error.ts";
import type { Folders } from "../upstream/management.ts";

/** Keeps the folders that were added while Chaski ran. */
export interface FolderStore {
  /** False when it is there. */
  add(folder: { path: string; addedAt: number }): boolean | "too many";
  /** False when there is none. */
  remove(path: string): boolean;
  /** In the order in which they were added. */
  list(): readonly { path: string; addedAt: number }[];
}

export interface ScanOptions {
  /** The configuration's own. */
  fixed: readonly string[];
  store: FolderStore;
  /** Looks into these from now on; resolves when it has looked. */
  look(folders: readonly string[]): Promise<unknown>;
  /** Seconds since 1970. */
  now(): number;
}

export function scanFolders({ fixed, store, look, now }: ScanOptions): Folders {
  const all = () => [...fixed, ...store.list().map(({ path }) => path)];

  async function isFixed(real: string): Promise<boolean> {
    const paths = await Promise.all(fixed.map((path) => Deno.realPath(path).catch(() => path)));
    return paths.includes(real);
  }

  return {
    list: () => [
      ...fixed.map((path) => ({ path, fixed: true, addedAt: null })),
      ...store.list().map(({ path, addedAt }) => ({ path, fixed: false, addedAt })),
    ],
    async add(path) {
      const usable = await usableFolder(path);
      if ("problem" in usable) throw unusable(usable.problem);
      if (await isFixed(usable.path)) return false;
      const added = store.add({ path: usable.path, addedAt: now() });
      if (added === "too many") throw unusable("there are too many. Take another one away first");
      if (added) await look(all());
      return added;
    },
    async remove(path) {
      if (!store.remove(path)) {
        if (fixed.includes(path)) throw stays();
        // It may have been added under another name of the same folder.
        const real = await Deno.realPath(path).catch(() => path);
        if (!store.remove(real)) return false;
      }
      await look(all());
      return true;
    },
  };
}

function unusable(problem: string): ApiError {
  return invalidRequest(`Cannot look into the folder: ${problem}.`, "path");
}

function stays(): ApiError {
  return invalidRequest(
    "Cannot take the folder away: Chaski's configuration names it. Take it out of models_dir there.",
    "path",
  );
}
