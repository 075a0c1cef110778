/** The models in Hugging Face's cache: `models--org--name/snapshots/REVISION/…`. */

import { basename, join } from "node:path";
import type { FoundFile } from "./files.ts";
import { foldersIn, smallText, walkFolder } from "./walk_folder.ts";

const MOST_REVISIONS = 16;

/** The files of all repositories, in the order of their names. */
export async function findInHub(hub: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const name of await foldersIn(hub)) {
    const repository = /^models--(.+)$/.exec(name)?.[1]?.replaceAll("--", "/");
    if (repository !== undefined) {
      found.push(...await findInRepository(join(hub, name), repository));
    }
  }
  return found;
}

/** A file that several revisions have counts once, the one of `main` before the others. */
async function findInRepository(folder: string, repository: string): Promise<FoundFile[]> {
  const main = (await smallText(join(folder, "refs", "main"), 256))?.trim();
  const revisions = await foldersIn(join(folder, "snapshots"));
  revisions.sort((a, b) => Number(b === main) - Number(a === main));
  const found = new Map<string, FoundFile>();
  for (const revision of revisions.slice(0, MOST_REVISIONS)) {
    const walked = await walkFolder(join(folder, "snapshots", revision)).catch(() => null);
    for (const file of walked?.files ?? []) {
      const key = [...file.folders, file.name].join("/");
      if (found.has(key)) continue;
      found.set(key, {
        ...file,
        // A projector may have come with another revision than the model.
        collection: folder,
        source: "huggingface",
        owner: repository.includes("/") ? repository.split("/")[0] ?? null : null,
        otherwise: basename(repository).replace(/-gguf$/i, ""),
        aliases: [repository],
      });
    }
  }
  return [...found.values()];
}
