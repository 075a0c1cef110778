/** Which files of a repository make the model that is asked for. Pure. */

import { baseOf, partOf } from "../models/files.ts";
import { isProjectorName, stemOf } from "../models/projectors.ts";
import { compareQuants, partQuant } from "../models/quants.ts";
import { sizeText } from "../models/size_text.ts";
import { HubError } from "./hub_error.ts";
import { chooseProjector } from "./choose_projector.ts";
import type { Reference } from "./reference.ts";

/** A file in a repository. */
export interface Listed {
  path: string;
  size: number;
}

/** What is to be had. */
export interface Choice<T> {
  quant: string | null;
  /** In the order of the parts. */
  files: T[];
  projector: T | null;
}

/** The parts of one model. */
interface Group<T> {
  folder: string;
  base: string;
  quant: string | null;
  parts: number;
  byPart: Map<number, T>;
}

/** What is added to a model, or measured of one; projectors have a rule of their own. */
const NO_MODEL = /(?:^|[-._ ])(?:imatrix|vocab|lora|adapter)(?=$|[-._ ])/i;

const MOST_NAMED = 20;

/**
 * The model that a reference names, or the best one of the repository. Throws a HubError that names
 * what there is: nothing else is ever taken for what is not there.
 */
export function choose<T extends Listed>(reference: Reference, files: readonly T[]): Choice<T> {
  const groups = groupsOf(files.filter(({ size }) => size > 0));
  const [group, ...others] = reference.file === null
    ? byQuant(reference.quant, groups)
    : byFile(reference.file, groups);
  if (group === undefined) throw new HubError("there are no GGUF models in it");
  if (others.length > 0) {
    throw new HubError(
      `there are several: ${named([group, ...others].map(firstPath))}; ` +
        `name one: ${reference.repository}:FILE.gguf`,
    );
  }
  if (group.byPart.size < group.parts) {
    throw new HubError(`the repository has ${group.byPart.size} of its ${group.parts} parts`);
  }
  const model = { folder: group.folder, stem: stemOf(group.base) };
  const stems = new Set(groups.filter(isModel).map(({ base }) => stemOf(base)));
  return {
    quant: group.quant,
    files: partsOf(group),
    projector: isModel(group) ? chooseProjector(model, files, stems.size === 1) : null,
  };
}

function byQuant<T extends Listed>(quant: string | null, all: readonly Group<T>[]): Group<T>[] {
  const groups = all.filter(isModel);
  const whole = groups.filter(({ byPart, parts }) => byPart.size === parts);
  if (quant === null) {
    const usable = whole.length > 0 ? whole : groups;
    const [best] = usable.toSorted((a, b) => compareQuants(a.quant, b.quant));
    return usable.filter((group) => group.quant === best?.quant);
  }
  const wanted = groups.filter((group) => group.quant?.toLowerCase() === quant.toLowerCase());
  if (wanted.length > 0 || groups.length === 0) return wanted;
  const sorted = groups.toSorted((a, b) => compareQuants(a.quant, b.quant));
  const there = sorted.map((group) => `${group.quant ?? firstPath(group)} (${sizeOf(group)})`);
  throw new HubError(`there is no ${quant} in it; there is ${named([...new Set(there)])}`);
}

function byFile<T extends Listed>(file: string, groups: readonly Group<T>[]): Group<T>[] {
  const of = (matches: (path: string) => boolean) =>
    groups.filter(({ byPart }) => [...byPart.values()].some(({ path }) => matches(path)));
  const exact = of((path) => path === file);
  const found = exact.length > 0 ? exact : of((path) => path.endsWith(`/${file}`));
  if (found.length > 0 || groups.length === 0) return found;
  throw new HubError(`there is no such file in it; there is ${named(groups.map(firstPath))}`);
}

function groupsOf<T extends Listed>(files: readonly T[]): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const file of files) {
    const folders = file.path.split("/");
    const name = folders.pop() ?? "";
    const folder = folders.join("/");
    const { base, part, parts } = partOf(baseOf(name));
    const key = JSON.stringify([folder, base, parts]);
    const quant = partQuant(base).quant ?? partQuant(folders.at(-1) ?? "").quant;
    const group = groups.get(key) ?? { folder, base, quant, parts, byPart: new Map<number, T>() };
    group.byPart.set(part, file);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function isModel({ base }: { base: string }): boolean {
  return !isProjectorName(base) && !NO_MODEL.test(base);
}

function partsOf<T>({ byPart }: Group<T>): T[] {
  return [...byPart].sort(([a], [b]) => a - b).map(([, file]) => file);
}

function firstPath<T extends Listed>(group: Group<T>): string {
  return partsOf(group)[0]?.path ?? group.base;
}

function sizeOf<T extends Listed>(group: Group<T>): string {
  return sizeText(partsOf(group).reduce((sum, { size }) => sum + size, 0));
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
