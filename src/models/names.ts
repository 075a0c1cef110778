/** Names of models: readable, without paths, each of them once. Pure. */

import { baseOf, type FileGroup } from "./files.ts";
import { partQuant, quantOfFileType } from "./quants.ts";

/** A model's name and quantisation; the id is both. */
export interface Named {
  name: string;
  quant: string | null;
}

/** Names that say nothing of the model. */
const GENERIC = /^(?:ggml|gguf|model|ggml-model|weights|consolidated)?$/i;

const LONGEST_NAME = 120;

/**
 * A model's name from its file, else from where it stands; the label of its quantisation from there,
 * else from the header.
 */
export function nameOf({ base, files: [first] }: FileGroup, fileType: number | null): Named {
  const { rest, quant } = partQuant(base);
  const own = slug(rest);
  const name = GENERIC.test(own) ? slug(partQuant(first.otherwise ?? "").rest) || "model" : own;
  return { name, quant: quant ?? quantOfFileType(fileType) };
}

/** What may stand in an id: letters, digits and a few signs, in one word. */
export function slug(text: string): string {
  return text.replace(/[^\p{L}\p{N}._+-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, LONGEST_NAME);
}

/** `name:quant`, or the name alone. */
export function idOf({ name, quant }: Named): string {
  return quant === null ? name : `${name}:${quant}`;
}

/** An id for each, in their order: equal ones get their owner's name, then a number. */
export function uniqueIds(models: readonly { named: Named; group: FileGroup }[]): string[] {
  const taken = new Set<string>();
  return models.map(({ named, group }) => {
    const free = candidates(named, group).find((id) => !taken.has(id.toLowerCase()));
    taken.add((free ?? "").toLowerCase());
    return free ?? "";
  });
}

function* candidates(named: Named, { files: [first] }: FileGroup): Generator<string> {
  yield idOf(named);
  const owner = slug(first.owner ?? first.folders.at(-1) ?? "");
  if (owner) yield `${owner}/${idOf(named)}`;
  for (let number = 2;; number++) {
    yield idOf({ ...named, name: `${named.name}-${number}` });
  }
}

/** Everything else that one may call it, without the id. */
export function aliasesOf({ quant }: Named, group: FileGroup): string[] {
  const [first] = group.files;
  const repositories = first.aliases.flatMap((alias) =>
    quant === null || alias.includes(":") ? [alias] : [`${alias}:${quant}`]
  );
  // Ollama's files are named by their content; their name here is made up.
  const files = first.source === "ollama" ? [] : [first.name, baseOf(first.name)];
  return [...new Set([...repositories, ...files].map(printed))];
}

function printed(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").trim();
}
