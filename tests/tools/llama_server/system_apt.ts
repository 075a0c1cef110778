import { join } from "node:path";
import { isThere } from "../cache.ts";
import { requireProgram } from "../run_program.ts";
import { ToolError } from "../tool_error.ts";
import { aptGet } from "./apt_get.ts";

const KEYRINGS = ["debian-archive-keyring.gpg", "debian-archive-keyring.pgp"];

/** Options that keep a run of the system's apt, with its own sources, from writing outside `root`. */
async function systemAptOptions(root: string): Promise<string[]> {
  for (const folder of ["lists/partial", "archives/partial"]) {
    await Deno.mkdir(join(root, folder), { recursive: true });
  }
  await Deno.writeTextFile(join(root, "status"), "");
  return [
    `Dir::State=${root}`,
    `Dir::State::lists=${root}/lists`,
    `Dir::State::status=${root}/status`,
    `Dir::Cache=${root}`,
    `Dir::Cache::archives=${root}/archives`,
    "Dir::Cache::pkgcache=",
    "Dir::Cache::srcpkgcache=",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
    "Acquire::Check-Valid-Until=false",
    "APT::Update::Post-Invoke=",
    "APT::Update::Post-Invoke-Success=",
  ].flatMap((option) => ["-o", option]);
}

/**
 * Finds the Debian mirror that this machine's apt already uses.
 *
 * @param root a folder for apt's own notes
 * @throws {ToolError} when the machine's sources name none
 */
export async function systemMirror(root: string, codename: string): Promise<string> {
  const args = [...await systemAptOptions(root), "--print-uris", "update"];
  const mirror = mirrorIn(await aptGet("read apt's sources", args), codename);
  if (mirror !== undefined) return mirror;
  throw new ToolError(
    "Cannot find a Debian mirror: this machine's apt sources name none; set CHASKI_DEBIAN_MIRROR",
  );
}

/**
 * Picks the mirror of Debian itself from the output of `apt-get --print-uris update`, which also lists
 * other publishers' repositories; those have no `<suite>-updates` beside the suite.
 */
export function mirrorIn(uris: string, codename: string): string | undefined {
  const suites = new Set([codename, "oldstable", "stable", "testing", "unstable", "sid"]);
  const indexes = [...uris.matchAll(/^'([^']+?)\/*\/dists\/([^'/]+)\/main\/binary-/gm)]
    .map(([, mirror, suite]) => ({ mirror, suite }));
  const candidates = indexes.filter(({ suite }) => suites.has(suite ?? ""));
  const complete = candidates.find((candidate) =>
    indexes.some(({ mirror, suite }) =>
      mirror === candidate.mirror && suite === `${candidate.suite}-updates`
    )
  );
  return (complete ?? candidates[0])?.mirror;
}

/**
 * Fetches the Debian keyring of the machine's own suite, which the keys that it has do verify.
 *
 * @param root an empty folder
 * @returns the keyring's path inside `root`
 */
export async function fetchKeyring(root: string): Promise<string> {
  const purpose = "fetch a newer Debian keyring";
  const options = await systemAptOptions(root);
  await aptGet(purpose, [...options, "update"], { cwd: root });
  await aptGet(purpose, [...options, "download", "debian-archive-keyring"], { cwd: root });
  const found = [...Deno.readDirSync(root)].find(({ name }) => name.endsWith(".deb"));
  if (!found) throw new ToolError(`Cannot ${purpose}: apt-get brought none`);
  const unpacked = join(root, "unpacked");
  await requireProgram(purpose, "dpkg-deb", ["-x", join(root, found.name), unpacked]);
  const keyring = await keyringIn(join(unpacked, "usr/share/keyrings"));
  if (keyring === undefined) throw new ToolError(`Cannot ${purpose}: the package has none`);
  return keyring;
}

/** The path of the Debian keyring in a folder of keyrings, if there is one. */
export async function keyringIn(folder: string): Promise<string | undefined> {
  for (const path of KEYRINGS.map((name) => join(folder, name))) {
    if (await isThere(path)) return path;
  }
  return undefined;
}
