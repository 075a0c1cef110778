import { join } from "node:path";
import { reasonOf } from "../cache.ts";
import type { Progress } from "../progress.ts";
import { ToolError } from "../tool_error.ts";
import type { DebianMachine } from "./platform.ts";
import { type PrivateApt, privateApt } from "./private_apt.ts";
import { fetchKeyring, keyringIn, systemMirror } from "./system_apt.ts";

// The first suite that has llama.cpp; its C library comes along, so older releases can run it.
const SUITE = "forky";
const PACKAGES = ["llama.cpp-tools", "patchelf"];
const MEGABYTE = 1e6;
const TELL_EVERY_MS = 1000;

/**
 * Fetches Debian's package of llama-server, with everything that it needs, from the mirror that the
 * machine's apt uses (or `CHASKI_DEBIAN_MIRROR`). Signatures are verified with Debian's keyring.
 *
 * @param scratch an existing folder to work in
 * @returns the folder that holds the `.deb` files
 * @throws {ToolError} when apt or the mirror fails
 */
export async function fetchDebianPackages(
  scratch: string,
  { architecture, codename }: DebianMachine,
  onProgress: Progress,
): Promise<string> {
  try {
    const suite = Deno.env.get("CHASKI_DEBIAN_SUITE") || SUITE;
    const mirror = Deno.env.get("CHASKI_DEBIAN_MIRROR") ||
      await systemMirror(join(scratch, "sources"), codename);
    onProgress(`reading the package index of Debian ${suite}`);
    const apt = await privateApt(join(scratch, "apt"), { architecture, suite, mirror });
    await updateVerified(apt, join(scratch, "keyring"), onProgress);
    const size = await apt.size(PACKAGES);
    onProgress(`fetching llama-server from Debian's packages, about ${megabytes(size)} MB`);
    await whileTelling(apt.archives, size, onProgress, () => apt.download(PACKAGES));
    return apt.archives;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(
      `${reasonOf(error)}\nCheck the network, the proxy and apt's sources and run this again, ` +
        "or install llama-server in another way and set CHASKI_LLAMA_SERVER to its path.",
    );
  }
}

// The suite may be signed by keys that are younger than the machine's keyring.
async function updateVerified(
  apt: PrivateApt,
  scratch: string,
  onProgress: Progress,
): Promise<void> {
  try {
    return await apt.update(await keyringIn("/usr/share/keyrings"));
  } catch (first) {
    if (!(first instanceof ToolError)) throw first;
    onProgress("the index did not load or verify, looking for a newer Debian keyring");
    try {
      return await apt.update(await fetchKeyring(scratch));
    } catch (second) {
      // What went wrong at first is what the reader has to mend.
      throw second instanceof ToolError ? first : second;
    }
  }
}

async function whileTelling(
  archives: string,
  size: number,
  onProgress: Progress,
  fetching: () => Promise<void>,
): Promise<void> {
  const timer = setInterval(
    () => onProgress(`${megabytes(bytesIn(archives))} of ${megabytes(size)} MB`),
    TELL_EVERY_MS,
  );
  try {
    await fetching();
  } finally {
    clearInterval(timer);
  }
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}

function bytesIn(archives: string): number {
  let bytes = 0;
  for (const folder of [archives, join(archives, "partial")]) {
    for (const { name } of Deno.readDirSync(folder)) {
      try {
        const info = Deno.statSync(join(folder, name));
        if (info.isFile) bytes += info.size;
      } catch (error) {
        // apt moves a finished file out of `partial` at any moment.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
  return bytes;
}
