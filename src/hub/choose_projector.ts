/** Which projector of a repository goes with a model; headers are not known yet. Pure. */

import { baseOf } from "../models/files.ts";
import { isProjectorName, isStemOf, precisionOf, stemOf } from "../models/projectors.ts";
import { partQuant } from "../models/quants.ts";

/** The model by its folder in the repository and its name without quantisation. */
export interface Beside {
  folder: string;
  stem: string;
}

/**
 * The projector of the model's folder, or of the nearest above it: one that is named after the model,
 * else one without a name, else any where the repository has but one model. Of several the one that
 * loses least.
 */
export function chooseProjector<T extends { path: string; size: number }>(
  model: Beside,
  files: readonly T[],
  alone: boolean,
): T | null {
  const projectors = files.filter(({ size }) => size > 0).map(placed)
    .filter(({ base }) => isProjectorName(base));
  const folders = model.folder === "" ? [] : model.folder.split("/");
  for (let depth = folders.length; depth >= 0; depth--) {
    const folder = folders.slice(0, depth).join("/");
    const here = projectors.filter((each) => each.folder === folder);
    const [best] = fitting(model, here, alone).toSorted((a, b) =>
      precisionOf(partQuant(a.base).quant) - precisionOf(partQuant(b.base).quant)
    );
    if (best) return best.file;
  }
  return null;
}

interface Placed<T> {
  file: T;
  folder: string;
  base: string;
  stem: string;
}

function placed<T extends { path: string }>(file: T): Placed<T> {
  const folders = file.path.split("/");
  const base = baseOf(folders.pop() ?? "");
  return { file, folder: folders.join("/"), base, stem: stemOf(base) };
}

function fitting<T>(model: Beside, here: readonly Placed<T>[], alone: boolean): Placed<T>[] {
  const after = here.filter(({ stem }) => stem !== "" && isStemOf(stem, model.stem));
  if (after.length > 0) return after;
  const unnamed = here.filter(({ stem }) => stem === "");
  return unnamed.length > 0 || !alone ? unnamed : [...here];
}
