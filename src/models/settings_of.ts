/** Which table of the configuration is a model's. Pure. */

import { type Resolvable, resolveModel } from "./resolve.ts";

/** The first of the tables whose name means the model, or null. */
export function settingsOf<T>(
  model: Resolvable,
  models: readonly Resolvable[],
  tables: Readonly<Record<string, T>>,
): T | null {
  const entry = Object.entries(tables).find(([name]) => resolveModel(name, models) === model);
  return entry?.[1] ?? null;
}
