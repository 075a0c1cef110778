/** The Chaski and the model that one run of a client uses. */

import type { Io } from "../io.ts";
import { modelNames, placeOf, whyUnusable } from "./place.ts";
import { look, type Place, type RunningChaski, type Served, servedAs } from "./running.ts";

/** What the command line may say before the `--`. */
export interface ClientOptions {
  url?: string;
  model?: string;
}

/** A Chaski that can be used, with the model to name. */
export interface Chosen {
  place: Place;
  chaski: RunningChaski;
  model: Served;
}

/**
 * Looks for the Chaski that the options mean.
 *
 * @param purpose what it is for, to follow "Cannot" where there is none, or no such model
 */
export async function choose(
  { url, model }: ClientOptions,
  purpose: string,
  io: Io,
): Promise<Chosen> {
  const place = await placeOf(url, io);
  const found = await look(place);
  const unusable = whyUnusable(found, place);
  if (unusable !== null || found.kind !== "chaski") {
    throw new Error(`Cannot ${purpose}: ${unusable}`);
  }
  const id = model === undefined ? found.models[0]?.id : await servedAs(place, model);
  if (id === undefined || id === null) {
    throw new Error(
      `Cannot ${purpose}: Chaski does not serve '${model}'; there is ${modelNames(found)}`,
    );
  }
  const context = found.models.find((served) => served.id === id)?.context ?? null;
  // By its own name: Codex finds nothing in the catalogue under another.
  return { place, chaski: found, model: { id, context } };
}
