/** `chaski models list`: a table for people, JSON for programs; neither tells paths of models. */

import type { Discovered } from "../../models/discover.ts";
import type { Model } from "../../models/model.ts";
import { resolveModel } from "../../models/resolve.ts";
import { sizeText } from "../../models/size_text.ts";
import { printable } from "../io.ts";

const GET_ONE = "name a folder with GGUF files by --models-dir, or run chaski models pull";

const HEADINGS = ["NAME", "QUANT", "SIZE", "CONTEXT", "CAN"];

/** A line for each model, or what to do where there is none. */
export function listTable(models: readonly Model[]): string {
  if (models.length === 0) {
    return `There are no models: ${GET_ONE}\n`;
  }
  const rows = models.map((model) => [
    printable(model.id),
    model.quant ?? "–",
    sizeText(model.size),
    String(model.header?.contextLength ?? "–"),
    canText(model),
  ]);
  return [HEADINGS, ...rows].map((row) => lineOf(row, [HEADINGS, ...rows])).join("");
}

function lineOf(row: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = row.map((cell, column) => {
    const width = Math.max(...rows.map((each) => each[column]?.length ?? 0));
    return column === 2 || column === 3 ? cell.padStart(width) : cell.padEnd(width);
  });
  return `${cells.join("  ").trimEnd()}\n`;
}

/** What a model can do, or what it lacks. */
export function canText({ can, complete, files, parts }: Model): string {
  const missing = complete ? [] : [`incomplete: ${files.length} of ${parts} parts`];
  return [...missing, ...can].join(" ");
}

/** The same as JSON, with the sentences about what could not be used. */
export function listJson({ models, problems }: Discovered): string {
  return `${JSON.stringify({ models: models.map(summary), problems }, null, 2)}\n`;
}

/** What programs are told of every model. */
export function summary(model: Model) {
  return {
    id: model.id,
    name: model.name,
    quant: model.quant,
    aliases: model.aliases,
    source: model.source,
    size: model.size,
    context: model.header?.contextLength ?? null,
    parameters: model.header?.parameters ?? null,
    can: model.can,
    parts: model.parts,
    complete: model.complete,
  };
}

const MOST_NAMED = 10;

/** The model that is meant; throws a sentence with names that there are. */
export function findNamed(name: string, models: readonly Model[]): Model {
  const model = resolveModel(name, models);
  if (model) return model;
  const ids = models.slice(0, MOST_NAMED).map(({ id }) => id);
  const more = models.length - ids.length;
  const there = ids.length === 0
    ? `there are no models; ${GET_ONE}`
    : `there is ${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  throw new Error(printable(`Cannot find the model '${name.slice(0, 200)}': ${there}`));
}
