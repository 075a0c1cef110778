/** `chaski codex`: one run of the real Codex on the running Chaski; no file of the user's changes. */

import { isRecord } from "../../protocol/record.ts";
import type { Io } from "../io.ts";
import { readCodexFile } from "./home.ts";
import { modelNames, placeOf, whyUnusable } from "./place.ts";
import { fetchesCatalogue, findCodex, releaseOf, runCodex } from "./program.ts";
import { codexOverrides, KEY_VARIABLE, PROVIDER } from "./provider.ts";
import { withoutProxy } from "./proxy.ts";
import { type Found, look, type Place, servedAs } from "./running.ts";

/** What the command line may say before the `--`. */
export interface LaunchOptions {
  url?: string;
  model?: string;
}

/**
 * Starts Codex with these arguments and gives its exit code. Throws a sentence where Codex is not
 * installed, Chaski does not answer, or there is no such model.
 */
export async function launchCodex(
  options: LaunchOptions,
  args: readonly string[],
  io: Io,
): Promise<number> {
  const place = await placeOf(options.url, io);
  const codex = await findCodex(io);
  const found = await look(place);
  const unusable = whyUnusable(found, place);
  if (unusable !== null) throw new Error(`Cannot start Codex: ${unusable}`);
  const model = await modelOf(options.model, found, place);
  const asked = found.kind === "chaski" && found.keyed;
  // Codex lays the options over the file: a variable that the file names for the key would still be
  // asked for, and goes before the token. So it gets one.
  const keyed = asked || await fileNamesKey(io);
  const key = asked ? place.key : "none";
  const release = releaseOf(codex.version);
  const target = { url: place.url, model, keyed, catalogue: fetchesCatalogue(release) };
  const overrides = codexOverrides(target, release);
  const env = keyed && key !== undefined ? { ...io.env, [KEY_VARIABLE]: key } : io.env;
  return await runCodex(codex, [...overrides, ...args], withoutProxy(place.url, env));
}

/** By its own name: Codex finds nothing in the catalogue under another. */
async function modelOf(wanted: string | undefined, found: Found, place: Place): Promise<string> {
  const first = found.kind === "chaski" ? found.models[0]?.id : undefined;
  const model = wanted === undefined ? first : await servedAs(place, wanted);
  if (model !== undefined && model !== null) return model;
  throw new Error(
    `Cannot start Codex: Chaski does not serve '${wanted}'; there is ${modelNames(found)}`,
  );
}

async function fileNamesKey(io: Io): Promise<boolean> {
  const file = await readCodexFile(io);
  const providers = file.found ? file.document["model_providers"] : undefined;
  const ours = isRecord(providers) ? providers[PROVIDER] : undefined;
  return isRecord(ours) && ours["env_key"] !== undefined;
}
