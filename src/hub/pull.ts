/** Brings a model from a hub into Hugging Face's cache. */

import type { Places, Surroundings } from "../models/places.ts";
import {
  blobPath,
  isThere,
  nameBlob,
  noteMain,
  partialPath,
  repositoryFolder,
  sizeOf,
  snapshotPath,
} from "./cache.ts";
import { choose } from "./choose.ts";
import { checkSpace, type FreeSpace, freeSpace } from "./disk.ts";
import { download } from "./download.ts";
import { hubOf, isOffline } from "./hub.ts";
import type { HubFile } from "./hub_file.ts";
import { HubError } from "./hub_error.ts";
import { listFiles } from "./listing.ts";
import { findCached } from "./offline.ts";
import { openPartial } from "./partial.ts";
import { bytesOf, filesOf, type Pulled, pulledOf } from "./pulled.ts";
import { parseReference, type Reference } from "./reference.ts";
import type { Fetch, Line } from "./request.ts";
import { type Patience, wait } from "./retry.ts";

/** How far a pull is. */
export interface Progress {
  /** The file on its way, in the repository. */
  path: string;
  /** Bytes of the whole model that are there. */
  done: number;
  total: number;
}

/** What a pull needs from outside. */
export interface PullWorld extends Omit<Surroundings, "folders"> {
  places: Pick<Places, "hub">;
  fetch: Fetch;
  /** Ends the pull, which rejects with its reason; what has come stays for the next one. */
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  freeSpace?: FreeSpace;
  wait?: Patience["wait"];
  /** Milliseconds without a byte after which a try is given up; a minute unless told. */
  silence?: number;
}

const SILENCE = 60_000;

/**
 * Pulls `org/repo`, `org/repo:QUANT` or `org/repo:FILE.gguf`, with all parts and the projector. What
 * is there is not fetched again. Throws a HubError with the whole sentence.
 */
export async function pull(name: string, world: PullWorld): Promise<Pulled> {
  try {
    const reference = parseReference(name);
    const { hub } = world.places;
    if (hub === null) throw new HubError("the home folder is not known; set HF_HUB_CACHE");
    const folder = repositoryFolder(hub, reference.repository);
    if (isOffline(world.env)) return await findCached(reference, folder);
    return await pullInto(folder, reference, world);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const said = name.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200);
    throw new HubError(`Cannot pull ${said}: ${error.message}`);
  }
}

async function pullInto(folder: string, reference: Reference, world: PullWorld): Promise<Pulled> {
  const line: Line = { hub: await hubOf(world), fetch: world.fetch };
  const patience: Patience = {
    signal: world.signal,
    wait: world.wait ?? wait,
    silence: world.silence ?? SILENCE,
  };
  const { commit, files } = await listFiles(line, reference.repository, patience);
  const choice = choose(reference, files);
  const target = { folder, repository: reference.repository, commit };
  const fetched = await fetchAll(line, target, filesOf(choice), world, patience);
  for (const file of filesOf(choice)) await nameBlob(folder, commit, file);
  await noteMain(folder, commit);
  const from = { repository: reference.repository, revision: commit, fetched };
  return pulledOf(from, choice, ({ path }) => snapshotPath(folder, commit, path));
}

interface Target {
  folder: string;
  repository: string;
  commit: string;
}

/** Gives the bytes that came. */
async function fetchAll(
  line: Line,
  { folder, repository, commit }: Target,
  files: readonly HubFile[],
  world: PullWorld,
  patience: Patience,
): Promise<number> {
  const wanted = await Promise.all(files.map(async (file) => {
    const isWhole = await isThere(folder, commit, file);
    const there = isWhole ? file.size : await sizeOf(partialPath(folder, file));
    return { file, isWhole, size: file.size, there };
  }));
  await checkSpace(folder, wanted, world.freeSpace ?? freeSpace);
  const total = bytesOf(files);
  let [done, fetched] = [0, 0];
  for (const { file, isWhole } of wanted) {
    const tell = (length: number) =>
      world.onProgress({ path: file.path, done: done + length, total });
    if (!isWhole) {
      using partial = await openPartial(partialPath(folder, file), file, world.signal);
      if (await isThere(folder, commit, file)) {
        // Whoever held it until now has brought it.
        await partial.discard();
      } else {
        const before = partial.length();
        const origin = { repository, commit, file };
        await download(line, origin, partial, patience, () => tell(partial.length()));
        await partial.finish(blobPath(folder, file));
        fetched += file.size - before;
      }
    }
    tell(file.size);
    done += file.size;
  }
  return fetched;
}
