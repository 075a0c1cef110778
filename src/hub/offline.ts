/** What a name means among the files that are in the cache already. */

import { join } from "node:path";
import { foldersIn, smallText, walkFolder } from "../models/walk_folder.ts";
import { choose } from "./choose.ts";
import { HubError } from "./hub_error.ts";
import { type Pulled, pulledOf } from "./pulled.ts";
import type { Reference } from "./reference.ts";

const MOST_REVISIONS = 16;

/** The model of the newest revision that has it whole. Throws a HubError where none does. */
export async function findCached(reference: Reference, folder: string): Promise<Pulled> {
  const main = (await smallText(join(folder, "refs", "main"), 256))?.trim();
  const revisions = await foldersIn(join(folder, "snapshots"));
  revisions.sort((a, b) => Number(b === main) - Number(a === main));
  let reason = "there is nothing of it";
  for (const revision of revisions.slice(0, MOST_REVISIONS)) {
    try {
      return await findIn(join(folder, "snapshots", revision), revision, reference);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      reason = error.message;
    }
  }
  throw new HubError(`HF_HUB_OFFLINE is set, and in the cache ${reason}`);
}

async function findIn(
  snapshot: string,
  revision: string,
  reference: Reference,
): Promise<Pulled> {
  const walked = await walkFolder(snapshot).catch(() => null);
  const listed = (walked?.files ?? []).map(({ path, name, folders, size }) => ({
    path: [...folders, name].join("/"),
    size,
    local: path,
  }));
  const { repository } = reference;
  const choice = choose(reference, listed);
  return pulledOf({ repository, revision, fetched: 0 }, choice, ({ local }) => local);
}
