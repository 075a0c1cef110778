/** Finds the llama-server to run. */

import { resolve } from "node:path";
import type { Env, Os } from "../config/locations.ts";
import { EngineError } from "./error.ts";
import { programOf, readInUse } from "./installed.ts";
import { placesOf } from "./places.ts";

/** What decides which llama-server it is. */
export interface Surroundings {
  os: Os;
  env: Env;
  /** Chaski's data directory, where `chaski engine install` puts one. */
  dataDir: string | null;
  /** The file that the user named. */
  setting: string | null;
}

/** A llama-server, and how it was found. */
export interface FoundEngine {
  path: string;
  from: "setting" | "installed" | "path" | "usual";
}

/**
 * The one that was named, else the installed one, else the first on the PATH or in a usual place;
 * null where there is none. Throws an EngineError where the named one cannot be it.
 */
export async function findEngine(
  { os, env, dataDir, setting }: Surroundings,
): Promise<FoundEngine | null> {
  if (setting !== null) {
    const path = resolve(setting);
    if (await isExecutable(path, os)) return { path, from: "setting" };
    throw new EngineError(path, "it is not an executable file");
  }
  const installed = dataDir && await readInUse(dataDir);
  const path = dataDir && installed && programOf(dataDir, installed);
  if (path && await isExecutable(path, os)) return { path, from: "installed" };
  for (const place of placesOf({ os, env })) if (await isExecutable(place.path, os)) return place;
  return null;
}

/** The same, and a sentence with the cure where there is none. */
export async function requireEngine(surroundings: Surroundings): Promise<FoundEngine> {
  const found = await findEngine(surroundings);
  if (found !== null) return found;
  throw new Error(
    "Cannot find llama-server: it is neither installed nor on the PATH; run chaski engine " +
      "install, or name it by --llama-server",
  );
}

async function isExecutable(path: string, os: Os): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => null);
  return info !== null && info.isFile && (os === "windows" || ((info.mode ?? 0) & 0o111) !== 0);
}
