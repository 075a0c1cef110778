/** `chaski models info`: all that is known of one model, the paths of its files too. */

import { createHash } from "node:crypto";
import { defaultArgs } from "../../models/default_args.ts";
import type { ModelDefaults } from "../../models/defaults.ts";
import type { GgufHeader } from "../../models/gguf_header.ts";
import type { Plan } from "../../models/fit.ts";
import type { Model } from "../../models/model.ts";
import { SAMPLING_FIELDS } from "../../models/sampling.ts";
import { sizeText } from "../../models/size_text.ts";
import { printable } from "../io.ts";
import { canText, summary } from "./list.ts";
import { planText } from "./plan.ts";

/** How the model would run. */
export interface RunFacts {
  plan: Plan | null;
  defaults: ModelDefaults;
}

/** A line for each thing that is known. */
export function infoText(model: Model, { plan, defaults }: RunFacts): string {
  const { header, projector } = model;
  const lines: [string, string | number | null | undefined][] = [
    ["id", model.id],
    ["also", model.aliases.join(", ")],
    ["found", SOURCES[model.source]],
    ["quant", model.quant],
    ["size", sizeText(model.size)],
    ["can", canText(model)],
    ["runs with", plan && planText(plan)],
    ...headerLines(header),
    ...defaultLines(defaults),
    ...model.files.map((path): [string, string] => ["file", path]),
    ["projector", projector && `${projector.path} (${sizeText(projector.size)})`],
  ];
  return lines.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => `${name.padEnd(13)} ${printable(String(value))}\n`).join("");
}

const SOURCES: Readonly<Record<Model["source"], string>> = {
  folder: "in a folder of the settings",
  huggingface: "in Hugging Face's cache",
  lmstudio: "in LM Studio's folder",
  ollama: "in Ollama's folder",
};

function headerLines(header: GgufHeader | null): [string, string | number | null][] {
  if (header === null) return [];
  const { cache, chatTemplate } = header;
  return [
    ["called", header.name],
    ["architecture", header.architecture],
    ["parameters", header.parameters ?? header.sizeLabel],
    ["context", header.contextLength],
    ["layers", cache.blocks],
    ["width", cache.embedding],
    ["heads", layersText(cache.heads)],
    ["KV heads", layersText(cache.kvHeads)],
    ["window", cache.slidingWindow],
    ["MTP heads", header.mtpHeads || null],
    ["pooling", header.pooling],
    ["template", chatTemplate && `${chatTemplate.length} characters, ${sha256(chatTemplate)}`],
  ];
}

/** What holds where a request says nothing. */
function defaultLines(defaults: ModelDefaults): [string, string | null][] {
  const { family, sampling, thinking } = defaults;
  const said = SAMPLING_FIELDS.filter((field) => sampling[field] !== undefined);
  return [
    ["family", family],
    ["sampling", said.map((field) => `${field} ${sampling[field]}`).join(", ")],
    ["thinking", thinking],
    ["arguments", argumentsOf(defaults).join(" ")],
  ];
}

/** For a llama-server of today. */
function argumentsOf(defaults: ModelDefaults): string[] {
  return defaultArgs(defaults, () => true);
}

/** `8`, or what the layers have in their order: `8 × 12, 4 × 2`. */
function layersText(value: GgufHeader["cache"]["heads"]): string | null {
  if (typeof value === "number" || value === null) return value === null ? null : String(value);
  const runs: { of: number; count: number }[] = [];
  for (const of of value) {
    const last = runs.at(-1);
    if (last?.of === of) last.count++;
    else runs.push({ of, count: 1 });
  }
  return runs.map(({ of, count }) => `${of} × ${count}`).join(", ");
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** The same and the whole header as JSON. */
export function infoJson(model: Model, { plan, defaults }: RunFacts): string {
  const { header, files, projector } = model;
  const template = header?.chatTemplate ?? null;
  const told = {
    ...summary(model),
    ...defaults,
    arguments: argumentsOf(defaults),
    header,
    template_sha256: template && sha256(template),
    files,
    projector,
    plan,
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}
