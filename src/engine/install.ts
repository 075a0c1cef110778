/** `chaski engine install`: an official build of llama.cpp in the data directory. */

import { basename, join } from "node:path";
import type { Env } from "../config/locations.ts";
import { ArchiveError } from "./archive.ts";
import { type Backend, type Choice, chooseAssets, type Machine } from "./assets.ts";
import { download } from "./download.ts";
import { cannotInstall, EngineError, explained } from "./error.ts";
import { enginesDir, type Installed, programOf, readInUse, takeIntoUse } from "./installed.ts";
import { programNames } from "./places.ts";
import { type Engine, probeEngine } from "./probe.ts";
import { fetchRelease, isPlainApi } from "./releases.ts";
import { unpack } from "./unpack.ts";

/** What to install, and where. */
export interface InstallInput {
  /** Base URL of an API like GitHub's. */
  api: string;
  /** A release's tag; null for the latest. */
  release: string | null;
  /** Null for the best one that the machine may have. */
  backend: Backend | null;
  machine: Machine;
  env: Env;
  dataDir: string;
  /** Takes what is being done, in a sentence without full stop. */
  tell(text: string): void;
}

/** What is in use now. */
export interface InstallOutcome {
  tag: string;
  backend: Backend;
  engine: Engine;
  /** Whether it was there before, so that nothing had to be fetched. */
  already: boolean;
}

/** Where an install works; whoever holds the lock knows that nobody else uses it. */
const WORKING = ".new";

/**
 * Fetches, verifies, unpacks and tries a release, and takes it into use when it answers. The one
 * before it stays for one step back, what is older is removed.
 *
 * @throws {Error} a sentence; what was in use stays in use then
 */
export async function installEngine(input: InstallInput): Promise<InstallOutcome> {
  return await install(input).catch((error) => {
    throw explained(error);
  });
}

async function install(input: InstallInput): Promise<InstallOutcome> {
  const release = await fetchRelease(input.api, input.release);
  const choice = chooseAssets(release, input.machine, input.backend);
  const { tag } = release;
  const { backend } = choice;
  const folder = `${tag}-${backend}`;
  const engines = enginesDir(input.dataDir);
  await Deno.mkdir(engines, { recursive: true });
  using lock = await Deno.open(join(engines, ".lock"), { create: true, write: true });
  if (!await lock.tryLock(true)) {
    throw cannotInstall("another install is at work there; wait for it");
  }
  try {
    const kept = await findKept(folder, input);
    const installed = kept?.installed ?? await make(choice, folder, input);
    await takeIntoUse(input.dataDir, installed);
    const engine = await probeEngine(programOf(input.dataDir, installed), input);
    return { tag, backend, engine, already: kept !== null };
  } finally {
    // A process that is just being started may hold the file open for a moment longer.
    await lock.unlock();
  }
}

/** The one in use or the one before, if it is that release and still answers. */
async function findKept(
  folder: string,
  input: InstallInput,
): Promise<{ installed: Installed } | null> {
  const inUse = await readInUse(input.dataDir);
  const installed = [inUse, inUse?.previous].find((each) => each?.folder === folder);
  if (!installed) return null;
  const engine = await probeEngine(programOf(input.dataDir, installed), input).catch(() => null);
  return engine && { installed };
}

/** Makes the folder; nothing stays where something fails. */
async function make(choice: Choice, folder: string, input: InstallInput): Promise<Installed> {
  const engines = enginesDir(input.dataDir);
  const working = join(engines, WORKING);
  const remove = (path: string) => Deno.remove(path, { recursive: true }).catch(() => {});
  await remove(working);
  try {
    const files = join(working, "files");
    await Deno.mkdir(files, { recursive: true });
    const program = programAmong(await fetchFiles(choice, working, files, input), input);
    if (input.machine.os !== "windows") await Deno.chmod(join(files, program), 0o755);
    await tryIt(join(files, program), choice, input);
    await remove(join(engines, folder));
    await Deno.rename(files, join(engines, folder));
    return { folder, program };
  } finally {
    await remove(working);
  }
}

/** Gives the unpacked files as seen from their folder. */
async function fetchFiles(
  { assets }: Choice,
  working: string,
  files: string,
  { api, tell }: InstallInput,
): Promise<string[]> {
  const unpacked: string[] = [];
  for (const [i, asset] of assets.entries()) {
    tell(`Fetching ${asset.name}, ${Math.ceil(asset.size / 1024 ** 2)} MiB`);
    const archive = join(working, `${i}${asset.name.endsWith(".zip") ? ".zip" : ".tar.gz"}`);
    await download(asset, archive, isPlainApi(api));
    unpacked.push(
      ...await unpack(archive, files).catch((error) => {
        if (!(error instanceof ArchiveError)) throw error;
        throw cannotInstall(
          `${asset.name} cannot be unpacked: ${error.message}; take another release`,
        );
      }),
    );
    await Deno.remove(archive);
  }
  return unpacked;
}

/** The one that lies highest. */
function programAmong(files: readonly string[], { machine, env }: InstallInput): string {
  const names = programNames(machine.os, env);
  const [program] = files.filter((file) => names.includes(basename(file)))
    .sort((a, b) => a.split("/").length - b.split("/").length);
  if (program !== undefined) return program;
  throw cannotInstall("the release has no llama-server; take another one by --release");
}

async function tryIt(path: string, { backend }: Choice, input: InstallInput): Promise<void> {
  try {
    await probeEngine(path, input);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw cannotInstall(
      `its build for ${backend} does not run here: ${error.reason}; ` +
        "take another one by --backend or --release, or build llama.cpp from source",
    );
  }
}
