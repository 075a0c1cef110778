import { join } from "node:path";
import type { Progress } from "./progress.ts";
import { ToolError } from "./tool_error.ts";

const LOCK_WAIT_MS = 10 * 60_000;
const LOCK_POLL_MS = 50;

/**
 * The folder that keeps what the tools fetch and make: `CHASKI_CACHE`, else `chaski` in the user's
 * cache folder (XDG Base Directory rules; `LOCALAPPDATA` on Windows). Created when missing.
 *
 * @returns its real absolute path, because patched executables name it
 */
export async function cacheFolder(): Promise<string> {
  const folder = Deno.env.get("CHASKI_CACHE") || join(userCacheFolder(), "chaski");
  try {
    await Deno.mkdir(folder, { recursive: true });
    return await Deno.realPath(folder);
  } catch (error) {
    throw new ToolError(`Cannot create the cache folder ${folder}: ${reasonOf(error)}`);
  }
}

function userCacheFolder(): string {
  const named = Deno.env.get("XDG_CACHE_HOME") || Deno.env.get("LOCALAPPDATA");
  if (named) return named;
  const home = Deno.env.get("HOME");
  if (home) return join(home, ".cache");
  throw new ToolError("Cannot place the cache: none of CHASKI_CACHE, XDG_CACHE_HOME, HOME is set");
}

/**
 * Runs `work` while no other process (and no other call in this one) works for the same `tool`.
 * `work` gets an empty scratch folder on the cache's own file system, so that a finished result can be
 * moved into place by one rename; the folder is removed afterwards.
 *
 * @throws {ToolError} when the lock stays taken for ten minutes
 */
export async function withToolLock<T>(
  tool: string,
  onProgress: Progress,
  work: (scratch: string) => Promise<T>,
): Promise<T> {
  const cache = await cacheFolder();
  using lock = await Deno.open(join(cache, `.${tool}.lock`), { create: true, write: true });
  await takeLock(lock, tool, onProgress);
  await removeAbandonedScratch(cache, tool);
  const scratch = await Deno.makeTempDir({ dir: cache, prefix: `.${tool}.scratch.` });
  try {
    return await work(scratch);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function takeLock(lock: Deno.FsFile, tool: string, onProgress: Progress): Promise<void> {
  const until = Date.now() + LOCK_WAIT_MS;
  let told = false;
  while (!await lock.tryLock(true)) {
    if (!told) onProgress("another run is preparing it, waiting");
    told = true;
    if (Date.now() > until) {
      throw new ToolError(`Cannot prepare ${tool}: another run has held its lock for ten minutes`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

// A run that was killed leaves its scratch folder; whoever holds the lock knows that nobody uses it.
async function removeAbandonedScratch(cache: string, tool: string): Promise<void> {
  for await (const entry of Deno.readDir(cache)) {
    if (!entry.name.startsWith(`.${tool}.scratch.`)) continue;
    await Deno.remove(join(cache, entry.name), { recursive: true });
  }
}

/** Whether something exists at `path` and satisfies `fits` (default: anything). Follows links. */
export async function isThere(
  path: string,
  fits: (info: Deno.FileInfo) => boolean = () => true,
): Promise<boolean> {
  try {
    return fits(await Deno.stat(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** The words of a failure without its stack, for the end of a "Cannot …: …" sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
