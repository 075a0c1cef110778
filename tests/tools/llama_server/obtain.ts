import { join } from "node:path";
import { cacheFolder, isThere, withToolLock } from "../cache.ts";
import type { Progress } from "../progress.ts";
import { runProgram } from "../run_program.ts";
import { ToolError } from "../tool_error.ts";
import { type Build, buildFromDebianPackages } from "./debian_build.ts";
import { fetchDebianPackages } from "./debian_packages.ts";
import { type DebianMachine, wayToLlamaServer } from "./platform.ts";

/** A link in the cache to the build in use. */
const CURRENT = "llama-server-debian";

/**
 * Gives the cached llama-server, building it from Debian's packages when there is none.
 *
 * @returns the path of the executable
 * @throws {ToolError} on other systems than Debian, with the command that installs llama-server there
 */
export async function obtainLlamaServer(onProgress: Progress): Promise<string> {
  const machine = { os: Deno.build.os, arch: Deno.build.arch, osRelease: await osRelease() };
  const found = wayToLlamaServer(machine);
  if (found.way === "command") {
    throw new ToolError(
      `Cannot obtain llama-server by itself on ${found.system}. Install it with:\n  ${found.command}`,
    );
  }
  const cache = await cacheFolder();
  return await cached(cache) ??
    await withToolLock("llama-server", onProgress, async (scratch) => {
      const already = await cached(cache);
      if (already !== undefined) return already;
      return await build(scratch, cache, found.debian, onProgress);
    });
}

async function osRelease(): Promise<string> {
  return await isThere("/etc/os-release") ? await Deno.readTextFile("/etc/os-release") : "";
}

async function cached(cache: string): Promise<string | undefined> {
  const current = join(cache, CURRENT);
  if (!await isThere(current) || !await starts(current)) return undefined;
  return executableIn(await Deno.realPath(current));
}

function executableIn(folder: string): string {
  return join(folder, "bin", "llama-server");
}

// The executables name their loader by its absolute path, so a cache that was moved has to be rebuilt.
async function starts(folder: string): Promise<boolean> {
  const path = executableIn(folder);
  return await isThere(path) && (await runProgram(path, ["--version"])).success;
}

async function build(
  scratch: string,
  cache: string,
  debian: DebianMachine,
  onProgress: Progress,
): Promise<string> {
  const archives = await fetchDebianPackages(scratch, debian, onProgress);
  onProgress("unpacking");
  const made = await buildFromDebianPackages(scratch, archives, cache, debian);
  const folder = await moveIntoCache(made, scratch, cache);
  if (!await starts(folder)) {
    const { tail } = await runProgram(executableIn(folder), ["--version"]);
    throw new ToolError(`Cannot start the unpacked llama-server:\n${tail}`);
  }
  const link = join(scratch, "current");
  await Deno.symlink(made.name, link);
  await Deno.rename(link, join(cache, CURRENT));
  onProgress("llama-server is ready");
  return executableIn(folder);
}

async function moveIntoCache(
  { folder, name }: Build,
  scratch: string,
  cache: string,
): Promise<string> {
  const place = join(cache, name);
  if (await isThere(place)) await Deno.rename(place, join(scratch, "replaced"));
  await Deno.rename(folder, place);
  return place;
}
