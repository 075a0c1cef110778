/** Which model a name means. Pure. */

import { compareQuants } from "./quants.ts";

/** What finding a model by name needs to know of it. */
export interface Resolvable {
  id: string;
  name: string;
  quant: string | null;
  aliases: readonly string[];
  /** Whether all of its parts are there. */
  complete: boolean;
}

/**
 * The model that `name` means: by its id, by another name of it, or by a name without quantisation,
 * which means the best one that is there. An exact name wins over one in other letters.
 */
export function resolveModel<T extends Resolvable>(name: string, models: readonly T[]): T | null {
  const wanted = name.trim();
  const lower = wanted.toLowerCase();
  const exact = models.find(({ id }) => id === wanted) ??
    models.find(({ id }) => id.toLowerCase() === lower);
  if (exact) return exact;
  const alike = (names: readonly string[]) => names.some((each) => each.toLowerCase() === lower);
  return best(models.filter(({ aliases }) => alike(aliases))) ??
    best(models.filter((model) => alike([withoutQuant(model.id), model.name]))) ??
    best(models.filter(({ aliases }) => alike(aliases.map(withoutQuant))));
}

function withoutQuant(id: string): string {
  return id.replace(/:[^:]*$/, "");
}

/** Whole ones first, then by quantisation; of equals the first. */
function best<T extends Resolvable>(models: readonly T[]): T | null {
  const [first = null] = models.toSorted((a, b) =>
    Number(b.complete) - Number(a.complete) || compareQuants(a.quant, b.quant)
  );
  return first;
}
