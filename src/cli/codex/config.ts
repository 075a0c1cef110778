/** `chaski codex config`: shows the configuration that makes Codex use Chaski, or writes it. */

import { KEY_VARIABLE } from "../clients/key.ts";
import { modelNames, placeOf, whyUnusable } from "../clients/place.ts";
import { look, servedAs } from "../clients/running.ts";
import type { Io } from "../io.ts";
import { codexFile } from "./home.ts";
import { fetchesCatalogue, findCodex, releaseOf } from "./program.ts";
import { codexToml } from "./provider.ts";
import { writeCodexConfig } from "./write.ts";

/** What the command line may say. */
export interface ConfigOptions {
  url?: string;
  model?: string;
  write?: boolean;
}

/** Gives the exit code. Throws a sentence where nothing can be written. */
export async function codexConfig(options: ConfigOptions, io: Io): Promise<number> {
  const place = await placeOf(options.url, io);
  const found = await look(place);
  const unusable = whyUnusable(found, place);
  const first = found.kind === "chaski" ? found.models[0]?.id : undefined;
  const { model: wanted, write } = options;
  if (write && wanted === undefined && first === undefined) {
    throw new Error(`Cannot learn the model's name: ${unusable}. Or name the model by --model.`);
  }
  let model = wanted ?? first ?? "MODEL_NAME";
  if (unusable !== null) io.stderr(`Note: ${unusable}.\n`);
  else if (wanted !== undefined) {
    const served = await servedAs(place, wanted);
    if (served !== null) model = served;
    else io.stderr(`Note: Chaski does not serve '${wanted}'; there is ${modelNames(found)}.\n`);
  }
  const keyed = found.kind === "chaski" ? found.keyed : place.key !== undefined;
  const target = { url: place.url, model, keyed, catalogue: await takesCatalogue(io) };
  if (!write) {
    io.stdout(codexToml(target));
    return 0;
  }
  const path = codexFile(io);
  const { changed, backup } = await writeCodexConfig(path, target, new Date());
  io.stdout(changed ? `Codex now uses ${model} of Chaski at ${place.url}: ${path}\n` : "");
  if (!changed) io.stdout(`Nothing to change: ${path} says so already.\n`);
  if (backup !== undefined) io.stdout(`What was there before: ${backup}\n`);
  if (keyed) io.stdout(`Set ${KEY_VARIABLE} where Codex runs.\n`);
  return 0;
}

/** As the Codex of this machine has it; where there is none, the file is for a new one. */
function takesCatalogue(io: Io): Promise<boolean> {
  return findCodex(io).then(({ version }) => fetchesCatalogue(releaseOf(version)), () => true);
}
