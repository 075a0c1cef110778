/** The llama-servers that `chaski engine install` keeps in the data directory. */

import { join } from "node:path";
import { z } from "zod";
import { placeInside } from "./entry_path.ts";

/** One of them. */
export interface Installed {
  /** Its folder's name in {@linkcode enginesDir}: tag and backend. */
  folder: string;
  /** The program as seen from that folder. */
  program: string;
}

/** The one in use, and the one before it, which stays for one step back. */
export interface InUse extends Installed {
  previous: Installed | null;
}

/** Bytes. */
const LARGEST = 64 * 1024;
const FILE = "current.json";

const installed = z.object({
  folder: z.string().regex(/^[A-Za-z0-9][\w.-]{0,119}$/),
  program: z.string().refine((path) => placeInside(path) !== null),
});
const schema = installed.extend({ previous: installed.nullable() });

/** Where all of them are. */
export function enginesDir(dataDir: string): string {
  return join(dataDir, "engines");
}

/** The path of its program. */
export function programOf(dataDir: string, { folder, program }: Installed): string {
  return join(enginesDir(dataDir), folder, program);
}

/** The one in use; null where none was installed, or what says so is broken. */
export async function readInUse(dataDir: string): Promise<InUse | null> {
  const file = join(enginesDir(dataDir), FILE);
  try {
    if ((await Deno.stat(file)).size > LARGEST) return null;
    return schema.parse(JSON.parse(await Deno.readTextFile(file)));
  } catch {
    return null;
  }
}

/** Takes another one into use, from one moment to the next, and removes what is older. */
export async function takeIntoUse(dataDir: string, chosen: Installed): Promise<void> {
  const before = await readInUse(dataDir);
  const previous = before?.folder === chosen.folder ? before.previous : before && bare(before);
  const file = join(enginesDir(dataDir), FILE);
  await Deno.writeTextFile(`${file}.new`, JSON.stringify({ ...bare(chosen), previous }));
  await Deno.rename(`${file}.new`, file);
  for await (const { name, isDirectory } of Deno.readDir(enginesDir(dataDir))) {
    if (!isDirectory || name === chosen.folder || name === previous?.folder) continue;
    // On Windows one that still runs cannot be removed; the next install does.
    await Deno.remove(join(enginesDir(dataDir), name), { recursive: true }).catch(() => {});
  }
}

function bare({ folder, program }: Installed): Installed {
  return { folder, program };
}
