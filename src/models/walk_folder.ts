/** Finds the GGUF files below a folder, however large and entangled it is. */

import { join } from "node:path";
import { downloadOf, isModelFile } from "./files.ts";

/** A file as the walk found it; `identity` is the same for every name of one file on the disk. */
export interface WalkedFile {
  path: string;
  name: string;
  size: number;
  identity: string;
  folders: readonly string[];
}

/** The files in the order of their folders and names. */
export interface Walked {
  files: WalkedFile[];
  /** Whether there is more than what a walk looks at. */
  cut: boolean;
}

const DEEPEST = 8;
const MOST_ENTRIES = 100_000;
const MOST_FILES = 2000;

/** Walks; rejects when the folder itself cannot be read. What cannot be read in it is passed over. */
export async function walkFolder(root: string): Promise<Walked> {
  const walked: Walked = { files: [], cut: false };
  const visited = new Set<string>();
  const visit = async (path: string, folders: readonly string[], room: Room): Promise<void> => {
    const identity = identityOf(await Deno.stat(path), await Deno.realPath(path));
    // A link may lead back to where the walk came from.
    if (visited.has(identity)) return;
    visited.add(identity);
    const names = await namesIn(path, room);
    const loading = new Set(names.flatMap((name) => downloadOf(name) ?? []));
    for (const name of names.sort().filter((name) => !loading.has(name))) {
      const inside = join(path, name);
      const info = name.startsWith(".") ? null : await Deno.stat(inside).catch(() => null);
      if (info?.isFile && info.size > 0 && isModelFile(name)) {
        if (walked.files.length === MOST_FILES) {
          walked.cut = true;
          return;
        }
        const same = identityOf(info, await Deno.realPath(inside));
        walked.files.push({ path: inside, name, size: info.size, identity: same, folders });
      } else if (info?.isDirectory && folders.length === DEEPEST) {
        walked.cut = true;
      } else if (info?.isDirectory) {
        await visit(inside, [...folders, name], room).catch(() => {});
      }
    }
  };
  const room: Room = { entries: MOST_ENTRIES, full: false };
  await visit(root, [], room);
  return { ...walked, cut: walked.cut || room.full };
}

/** Entries that a walk may still look at. */
interface Room {
  entries: number;
  full: boolean;
}

async function namesIn(path: string, room: Room): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path)) {
    if (room.entries === 0) {
      room.full = true;
      break;
    }
    room.entries--;
    names.push(name);
  }
  return names;
}

/** By its place on the disk, which hard links share; by its path where the system tells none. */
export function identityOf({ dev, ino }: Deno.FileInfo, realPath: string): string {
  return ino ? `${dev}:${ino}` : realPath;
}

/** The text of a small file, or null when it cannot be read or is larger. */
export async function smallText(path: string, most: number): Promise<string | null> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile && size <= most ? await Deno.readTextFile(path) : null;
  } catch {
    return null;
  }
}

/** The names of the folders in a folder, sorted; none where it cannot be read. */
export async function foldersIn(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(path)) {
      if (names.length === MOST_ENTRIES) break;
      const info = name.startsWith(".")
        ? null
        : await Deno.stat(join(path, name)).catch(() => null);
      if (info?.isDirectory) names.push(name);
    }
  } catch {
    return [];
  }
  return names.sort();
}
