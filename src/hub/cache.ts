/** A repository in Hugging Face's cache: where its files lie, and how they get there. */

import { dirname, join, relative } from "node:path";
import { cannotWrite } from "./disk.ts";
import type { HubFile } from "./hub_file.ts";

/** The folder of a repository, `models--org--name`. */
export function repositoryFolder(hub: string, repository: string): string {
  return join(hub, `models--${repository.replaceAll("/", "--")}`);
}

/** Where the bytes of a file lie; every program names them by their digest. */
export function blobPath(folder: string, { digest }: HubFile): string {
  return join(folder, "blobs", digest.hex);
}

/** Where the bytes of a file lie as long as some are missing. */
export function partialPath(folder: string, file: HubFile): string {
  return `${blobPath(folder, file)}.incomplete`;
}

/** Where a file lies by its name in a commit. */
export function snapshotPath(folder: string, commit: string, path: string): string {
  return join(folder, "snapshots", commit, ...path.split("/"));
}

/** Whether all of a file is there: its blob, or the file itself where there are no links. */
export async function isThere(folder: string, commit: string, file: HubFile): Promise<boolean> {
  const paths = [blobPath(folder, file), snapshotPath(folder, commit, file.path)];
  const sizes = await Promise.all(paths.map(sizeOf));
  // What was there under the same name of a commit has the same content.
  return sizes.some((size) => size === file.size);
}

/** Bytes of the file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  const info = await Deno.stat(path).catch(() => null);
  return info?.isFile ? info.size : 0;
}

/** A way to give a blob its name in a commit. */
export type Naming = (blob: string, path: string) => Promise<void>;

/** Windows allows symbolic links to few, and some disks have no links at all. */
export const NAMINGS: readonly Naming[] = [
  (blob, path) => Deno.symlink(relative(dirname(path), blob), path),
  Deno.link,
  Deno.rename,
];

/** Names a blob in a commit, by the first way that works. Gives the path. Throws a HubError. */
export async function nameBlob(
  folder: string,
  commit: string,
  file: HubFile,
  namings = NAMINGS,
): Promise<string> {
  const path = snapshotPath(folder, commit, file.path);
  if (await sizeOf(path) === file.size) return path;
  let failure: unknown;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.remove(path).catch(unlessMissing);
  } catch (error) {
    throw cannotWrite(error);
  }
  for (const naming of namings) {
    try {
      await naming(blobPath(folder, file), path);
      return path;
    } catch (error) {
      // Another pull may have named it just then; the last way would take the blob from others.
      if (await sizeOf(path) === file.size) return path;
      failure = error;
    }
  }
  throw cannotWrite(failure);
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Notes the commit that `main` stands for. Throws a HubError. */
export async function noteMain(folder: string, commit: string): Promise<void> {
  const path = join(folder, "refs", "main");
  const scratch = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(scratch, commit);
    await Deno.rename(scratch, path);
  } catch (error) {
    await Deno.remove(scratch).catch(() => {});
    throw cannotWrite(error);
  }
}
