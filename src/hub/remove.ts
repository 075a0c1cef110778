/** Removes a model's files from this machine. */

import type { Model } from "../models/model.ts";
import { hubPlaceOf, removeFromHub } from "./remove_from_hub.ts";

/** What goes. */
export interface Removal {
  id: string;
  /** The model's, and its projector where no other model uses it; sizes in bytes. */
  files: { path: string; size: number }[];
}

/** What removing a model means. Throws a sentence where another program has to do it. */
export async function removalOf(model: Model, models: readonly Model[]): Promise<Removal> {
  const { id, source, projector, aliases } = model;
  if (source === "ollama") {
    throw new Error(`Cannot remove ${id}: Ollama keeps it; run: ollama rm ${aliases[0] ?? id}`);
  }
  const isShared = models.some((other) =>
    other !== model && other.projector?.path === projector?.path
  );
  const paths = [...model.files, ...(projector === null || isShared ? [] : [projector.path])];
  const files = await Promise.all(paths.map(async (path) => {
    const info = await Deno.stat(path).catch(() => null);
    return { path, size: info?.size ?? 0 };
  }));
  return { id, files };
}

/**
 * Removes the files: links as links; in Hugging Face's cache their blobs too, unless something else
 * there needs them. Throws a sentence.
 */
export async function remove({ id, files }: Removal): Promise<void> {
  try {
    const plain = files.filter(({ path }) => hubPlaceOf(path) === null);
    const cached = files.flatMap(({ path }) => hubPlaceOf(path) ?? []);
    for (const { path } of plain) await Deno.remove(path);
    for (const folder of new Set(cached.map(({ folder }) => folder))) {
      await removeFromHub(folder, cached.filter((place) => place.folder === folder));
    }
  } catch (error) {
    throw new Error(`Cannot remove ${id}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotFound) return "it is gone already, at least in part";
  return "a file cannot be removed; is it in use?";
}
