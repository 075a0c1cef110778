/** `chaski codex`: one run of the real Codex on the running Chaski; no file of the user's changes. */

import { isRecord } from "../../protocol/record.ts";
import { choose, type ClientOptions } from "../clients/chosen.ts";
import { KEY_VARIABLE } from "../clients/key.ts";
import { runProgram } from "../clients/program.ts";
import { withoutProxy } from "../clients/proxy.ts";
import type { Io } from "../io.ts";
import { readCodexFile } from "./home.ts";
import { fetchesCatalogue, findCodex, releaseOf } from "./program.ts";
import { codexOverrides, PROVIDER } from "./provider.ts";

/**
 * Starts Codex with these arguments and gives its exit code. Throws a sentence where Codex is not
 * installed, Chaski does not answer, or there is no such model.
 */
export async function launchCodex(
  options: ClientOptions,
  args: readonly string[],
  io: Io,
): Promise<number> {
  const codex = await findCodex(io);
  const { place, chaski, model } = await choose(options, "start Codex", io);
  // Codex lays the options over the file: a variable that the file names for the key would still be
  // asked for, and goes before the token. So it gets one.
  const keyed = chaski.keyed || await fileNamesKey(io);
  const key = chaski.keyed ? place.key : "none";
  const release = releaseOf(codex.version);
  const catalogue = fetchesCatalogue(release);
  const overrides = codexOverrides({ url: place.url, model: model.id, keyed, catalogue }, release);
  const env = keyed && key !== undefined ? { ...io.env, [KEY_VARIABLE]: key } : io.env;
  return await runProgram(codex, [...overrides, ...args], withoutProxy(place.url, env));
}

async function fileNamesKey(io: Io): Promise<boolean> {
  const file = await readCodexFile(io);
  const providers = file.found ? file.document["model_providers"] : undefined;
  const ours = isRecord(providers) ? providers[PROVIDER] : undefined;
  return isRecord(ours) && ours["env_key"] !== undefined;
}
