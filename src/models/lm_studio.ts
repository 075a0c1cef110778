/** The models of LM Studio: `publisher/model/…` in its folder. */

import { isAbsolute, join } from "node:path";
import type { FoundFile } from "./files.ts";
import type { Places } from "./places.ts";
import { smallText, walkFolder } from "./walk_folder.ts";

/** The files of every folder that LM Studio may use. */
export async function findInLmStudio(
  { pointer, homes }: NonNullable<Places["lmStudio"]>,
): Promise<FoundFile[]> {
  const told = (await smallText(pointer, 4096))?.trim();
  const all = told && isAbsolute(told) ? [told, ...homes] : homes;
  const folders = (await Promise.all(all.map(modelFolders))).flat();
  const found = await Promise.all([...new Set(folders)].map(findInFolder));
  return found.flat();
}

/** Where the settings say, else below the folder itself. */
async function modelFolders(home: string): Promise<string[]> {
  const chosen = downloadsFolder(await smallText(join(home, "settings.json"), 1024 * 1024));
  return [...(chosen !== null && isAbsolute(chosen) ? [chosen] : []), join(home, "models")];
}

function downloadsFolder(settings: string | null): string | null {
  try {
    const { downloadsFolder } = Object(JSON.parse(settings ?? "null"));
    return typeof downloadsFolder === "string" ? downloadsFolder : null;
  } catch {
    return null;
  }
}

async function findInFolder(root: string): Promise<FoundFile[]> {
  const walked = await walkFolder(root).catch(() => null);
  return (walked?.files ?? []).map((file) => {
    const [publisher, model, ...deeper] = file.folders;
    const isPublished = publisher !== undefined && model !== undefined;
    return {
      ...file,
      folders: isPublished ? deeper : file.folders,
      collection: isPublished ? join(root, publisher, model) : root,
      source: "lmstudio",
      owner: publisher ?? null,
      otherwise: (model ?? publisher ?? null)?.replace(/-gguf$/i, "") ?? null,
      aliases: isPublished ? [`${publisher}/${model}`] : [],
    };
  });
}
