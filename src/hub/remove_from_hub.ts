/** Removes files from a repository in Hugging Face's cache. */

import { dirname, join } from "node:path";
import { foldersIn, identityOf, smallText } from "../models/walk_folder.ts";

/** A file in the cache. */
export interface HubPlace {
  path: string;
  /** Of the repository. */
  folder: string;
  /** In its revision. */
  name: string;
}

const PLACE = /^(.*[\\/]models--[^\\/]+)[\\/]snapshots[\\/][^\\/]+[\\/](.+)$/;

/** Deeper than any repository. */
const DEEPEST = 32;

/** Where in the cache a path leads; null when it is elsewhere. */
export function hubPlaceOf(path: string): HubPlace | null {
  const [, folder, name] = PLACE.exec(path) ?? [];
  return folder === undefined || name === undefined ? null : { path, folder, name };
}

/**
 * Removes files of one repository from every revision that has the same under the same name, the
 * blobs that nothing points to any more, and the folders that are empty then.
 */
export async function removeFromHub(folder: string, places: readonly HubPlace[]): Promise<void> {
  const snapshots = join(folder, "snapshots");
  const revisions = await foldersIn(snapshots);
  const gone = new Set<string>();
  for (const { path, name } of places) {
    const identity = await identify(path);
    if (identity === null) throw new Deno.errors.NotFound();
    gone.add(identity);
    for (const revision of revisions) {
      const same = join(snapshots, revision, name);
      if (await identify(same) === identity) await removeWithFolders(same, snapshots);
    }
  }
  const needed = new Set<string>();
  for await (const path of filesBelow(snapshots)) needed.add(await identify(path) ?? "");
  for await (const path of filesBelow(join(folder, "blobs"))) {
    const identity = await identify(path) ?? "";
    if (gone.has(identity) && !needed.has(identity)) await Deno.remove(path);
  }
  await removeRefs(folder, await foldersIn(snapshots));
  for (const name of ["blobs", "snapshots", "."]) await removeIfEmpty(join(folder, name));
}

async function identify(path: string): Promise<string | null> {
  const info = await Deno.stat(path).catch(() => null);
  return info && identityOf(info, await Deno.realPath(path));
}

async function removeWithFolders(path: string, root: string): Promise<void> {
  await Deno.remove(path);
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) {
    if (!await removeIfEmpty(folder)) return;
  }
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  return await Deno.remove(folder).then(() => true, () => false);
}

async function* filesBelow(folder: string, depth = 0): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name, isDirectory } of entries) {
    const path = join(folder, name);
    if (!isDirectory) yield path;
    else if (depth < DEEPEST) yield* filesBelow(path, depth + 1);
  }
}

/** A name for a revision that is gone leads nowhere. */
async function removeRefs(folder: string, revisions: readonly string[]): Promise<void> {
  const refs = join(folder, "refs");
  for await (const path of filesBelow(refs)) {
    const revision = (await smallText(path, 256))?.trim();
    if (revision !== undefined && !revisions.includes(revision)) {
      await removeWithFolders(path, folder);
    }
  }
}
