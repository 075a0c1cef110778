/** Which projector belongs to which model. Pure. */

import type { FileGroup } from "./files.ts";
import type { GgufHeader } from "./gguf_header.ts";
import { slug } from "./names.ts";
import { partQuant } from "./quants.ts";

/** A group of files with what its first one says. */
export interface ReadGroup {
  group: FileGroup;
  header: GgufHeader;
}

/** Projectors lose more by quantisation than models do; F16 runs everywhere. */
const PRECISIONS = ["F16", "BF16", "F32", "Q8_0"];

const PROJECTOR = /(?:^|[-._ ])mmproj(?=$|[-._ ])/i;

/**
 * The projector for a model: of its own folder or of one above it, as wide as the model, and of its
 * name where the folder holds other models too.
 */
export function projectorOf(
  model: ReadGroup,
  projectors: readonly ReadGroup[],
  models: readonly ReadGroup[],
): ReadGroup | null {
  const { collection, folders } = model.group.files[0];
  if (!projectors.some(({ group }) => group.files[0].collection === collection)) return null;
  for (let depth = folders.length; depth >= 0; depth--) {
    const above = folders.slice(0, depth);
    const isHere = ({ group: { files: [first] } }: ReadGroup) =>
      first.collection === collection && isSame(first.folders, above);
    const isBelow = ({ group: { files: [first] } }: ReadGroup) =>
      first.collection === collection && isSame(first.folders.slice(0, depth), above);
    const alone = new Set(models.filter(isBelow).map(stem)).size <= 1;
    const fitting = projectors.filter((projector) =>
      isHere(projector) && hasWidthOf(projector, model) && (alone || isNamedAs(projector, model))
    );
    const [best] = fitting.toSorted((a, b) => precision(a) - precision(b));
    if (best) return best;
  }
  return null;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

function hasWidthOf({ header: { projector } }: ReadGroup, { header: { cache } }: ReadGroup) {
  const width = projector?.width ?? null;
  return width === null || cache.embedding === null || width === cache.embedding;
}

/** By the files' names, else by what the headers call the two. */
function isNamedAs(projector: ReadGroup, model: ReadGroup): boolean {
  const [own, other] = [stem(projector), stem(model)];
  if (own !== "") return isStemOf(own, other);
  const called = slug(projector.header.name ?? "").toLowerCase();
  return called !== "" && called === slug(model.header.name ?? "").toLowerCase();
}

/** Whether two stems name the same model: one may say more than the other. */
export function isStemOf(projector: string, model: string): boolean {
  return model.startsWith(projector) || projector.startsWith(model);
}

function stem({ group }: ReadGroup): string {
  return stemOf(group.base);
}

/** A file's name (without `.gguf`) without quantisation and without what makes it a projector's. */
export function stemOf(base: string): string {
  return slug(partQuant(base).rest.replace(PROJECTOR, "-")).toLowerCase();
}

/** Whether a file of this name (without `.gguf`) is a projector. */
export function isProjectorName(base: string): boolean {
  return PROJECTOR.test(base);
}

function precision({ group, header }: ReadGroup): number {
  return precisionOf(partQuant(group.base).quant ?? (header.fileType === 1 ? "F16" : null));
}

/** The rank of a projector's quantisation; the lowest is to be taken. */
export function precisionOf(quant: string | null): number {
  const at = PRECISIONS.indexOf(quant ?? "");
  return at < 0 ? PRECISIONS.length : at;
}
