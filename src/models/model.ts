/** The models that a set of files makes. Pure. */

import { capabilitiesOf, type Capability } from "./capabilities.ts";
import type { FileGroup, Source } from "./files.ts";
import type { GgufHeader } from "./gguf_header.ts";
import { aliasesOf, type Named, nameOf, uniqueIds } from "./names.ts";
import { projectorOf, type ReadGroup } from "./projectors.ts";

/** A model on this machine. */
export interface Model {
  /** `Qwen3-8B:Q4_K_M`; no other model has it. */
  id: string;
  /** The id without quantisation and whatever makes it unique. */
  name: string;
  quant: string | null;
  /** Further names of it. */
  aliases: readonly string[];
  source: Source;
  /** Bytes of what is there, without the projector. */
  size: number;
  /** In the order of the parts. */
  files: readonly string[];
  /** Of how many there must be. */
  parts: number;
  complete: boolean;
  /** Null where the first part, which tells of the whole, is not there. */
  header: GgufHeader | null;
  projector: { path: string; size: number } | null;
  can: readonly Capability[];
}

/** What a group of files turned out to be; the header is null where its first part is missing. */
export interface Looked {
  group: FileGroup;
  header: GgufHeader | null;
}

/** GGUF files that are no models: what is added to one, and statistics. */
const NO_MODELS = ["adapter", "imatrix", "mmproj", "vocab"];

/** The models in the order of their files; one file under several names is one model. */
export function toModels(looked: readonly Looked[]): Model[] {
  const read = looked.filter((each): each is ReadGroup => each.header !== null);
  const projectors = read.filter(({ header }) => header.projector !== null);
  const models = looked.filter(({ header }) => header === null || isModel(header));
  const candidates = read.filter(({ header }) => isModel(header));
  const drafts = withoutCopies(models).map(({ first, copies }) => ({
    ...first,
    copies,
    named: nameOf(first.group, first.header?.fileType ?? null),
  }));
  const ids = uniqueIds(drafts);
  return drafts.map(({ group, header, named, copies }, i) => ({
    id: ids[i] ?? "",
    ...named,
    aliases: aliases(named, [group, ...copies], ids),
    source: group.files[0].source,
    size: group.files.reduce((sum, { size }) => sum + size, 0),
    files: group.files.map(({ path }) => path),
    parts: group.parts,
    complete: group.files.length === group.parts,
    header,
    ...withProjector({ group, header }, projectors, candidates),
  }));
}

function isModel(header: GgufHeader): boolean {
  if (header.projector !== null || NO_MODELS.includes(header.type ?? "")) return false;
  // A vocabulary alone; the first of several parts may be without tensors.
  return header.tensors > 0 || header.split !== null;
}

/** What is the same file, or the same first part, once, with the other places it was found at. */
function withoutCopies(models: readonly Looked[]): { first: Looked; copies: FileGroup[] }[] {
  const found = new Map<string, { first: Looked; copies: FileGroup[] }>();
  for (const model of models) {
    const { identity } = model.group.files[0];
    const before = found.get(identity);
    if (before) before.copies.push(model.group);
    else found.set(identity, { first: model, copies: [] });
  }
  return [...found.values()];
}

function aliases(named: Named, groups: readonly FileGroup[], ids: readonly string[]): string[] {
  const all = new Set(groups.flatMap((group) => aliasesOf(named, group)));
  return [...all].filter((alias) => !ids.includes(alias));
}

function withProjector(
  { group, header }: Looked,
  projectors: readonly ReadGroup[],
  models: readonly ReadGroup[],
): Pick<Model, "projector" | "can"> {
  if (header === null) return { projector: null, can: [] };
  const found = projectorOf({ group, header }, projectors, models);
  const file = found?.group.files[0];
  return {
    projector: file ? { path: file.path, size: file.size } : null,
    can: capabilitiesOf(header, found?.header.projector ?? null),
  };
}
