/** All models on this machine: finds the files, reads what they say, and joins what belongs together. */

import { basename } from "node:path";
import { folderProblem } from "./folder_problem.ts";
import { type FileGroup, type FoundFile, groupParts } from "./files.ts";
import { GgufError } from "./gguf_bytes.ts";
import type { GgufHeader } from "./gguf_header.ts";
import { findInHub } from "./hugging_face.ts";
import { findInLmStudio } from "./lm_studio.ts";
import { type Looked, type Model, toModels } from "./model.ts";
import { findInOllama } from "./ollama.ts";
import type { Places } from "./places.ts";
import type { ReadHeader } from "./header_cache.ts";
import { readGguf } from "./read_gguf.ts";
import { walkFolder } from "./walk_folder.ts";

/** What is there, and sentences about what could not be used. */
export interface Discovered {
  models: Model[];
  problems: string[];
}

/** Looks into all places; what one of them has twice, or two of them have, is one model. */
export async function discover(
  places: Places,
  read: ReadHeader = readGguf,
): Promise<Discovered> {
  const problems: string[] = [];
  const files: FoundFile[] = [];
  for (const folder of places.folders) files.push(...await findInFolder(folder, problems));
  if (places.hub !== null) files.push(...await findInHub(places.hub));
  if (places.lmStudio !== null) files.push(...await findInLmStudio(places.lmStudio));
  for (const folder of places.ollama) files.push(...await findInOllama(folder));
  return { models: toModels(await look(groupParts(files), read, problems)), problems };
}

async function findInFolder(root: string, problems: string[]): Promise<FoundFile[]> {
  try {
    const { files, cut } = await walkFolder(root);
    if (cut) problems.push(`Cannot look at all of ${root}: it is too large or too deep`);
    return files.map((file) => ({
      ...file,
      collection: root,
      source: "folder",
      owner: file.folders.at(-1) ?? basename(root),
      otherwise: file.folders.at(-1) ?? null,
      aliases: [],
    }));
  } catch (error) {
    problems.push(`Cannot look into ${root}: ${folderProblem(error)}`);
    return [];
  }
}

/** Reads the header of every group's first part, of each file once. */
async function look(
  groups: readonly FileGroup[],
  read: ReadHeader,
  problems: string[],
): Promise<Looked[]> {
  const headers = new Map<string, GgufHeader | null>();
  const looked: Looked[] = [];
  for (const group of groups) {
    const [{ path, name, identity }] = group.files;
    if (!group.hasFirst) {
      looked.push({ group, header: null });
      continue;
    }
    if (!headers.has(identity)) {
      headers.set(identity, await headerOf({ path, name }, read, problems));
    }
    const header = headers.get(identity) ?? null;
    if (header !== null) looked.push({ group, header });
  }
  return looked;
}

async function headerOf(
  { path, name }: { path: string; name: string },
  read: ReadHeader,
  problems: string[],
): Promise<GgufHeader | null> {
  try {
    return await read(path);
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    problems.push(`Cannot use ${name}: ${error.message}`);
    return null;
  }
}
