/**
 * The tables `[models."NAME"]` of the config file: values with their places, then settings.
 */

import { ConfigError } from "./error.ts";
import type { Given } from "./layers.ts";
import { modelSchema, modelSettings, type ModelTable } from "./model_schema.ts";
import type { KeyedSetting } from "./setting.ts";
import { didYouMean } from "./suggest.ts";

/** What the config file says of one model, by any name that Chaski knows it by. */
export interface ModelSettings {
  readonly aliases: readonly string[];
  /** Tokens of one slot. Null here and below: nothing is said. */
  readonly context: number | null;
  readonly slots: number | null;
  /** Whether it is never unloaded to make room. */
  readonly pin: boolean;
  readonly preload: boolean;
  /** Seconds of idleness until it is unloaded; 0 is never. */
  readonly ttl: number | null;
  readonly gpuLayers: number | null;
  readonly cacheType: NonNullable<ModelTable["cache_type"]> | null;
  /** Name of a model that drafts tokens for this one. */
  readonly draft: string | null;
  /** Further arguments of llama-server, as they were written. */
  readonly args: readonly string[];
  readonly thinking: "auto" | "on" | "off";
  /** Path of the chat template that takes the place of the model's own. */
  readonly templateFile: string | null;
  /** Only what is said. */
  readonly sampling: Readonly<ModelTable["sampling"]>;
}

/** The values of one model's table. */
export interface GivenModel {
  name: string;
  given: Given<KeyedSetting>[];
}

const MOST_MODELS = 256;
const LONGEST_NAME = 200;

/**
 * The values of all tables of models, whose types are not looked at. Throws a ConfigError for what
 * is no table, for names that no model can have and for keys that are no settings.
 *
 * @param value what stands under `models`
 * @param place says where a dotted key stands
 */
export function fromModels(value: unknown, place: (key: string) => string): GivenModel[] {
  const models = Object.entries(tableAt("models", '[models."NAME"]', value, place));
  if (models.length > MOST_MODELS) {
    throw new ConfigError(`Cannot use ${place("models")}: expected at most ${MOST_MODELS} tables`);
  }
  return models.map(([name, table]) => {
    const key = `models.${name}`;
    if (name.trim() !== name || name === "" || name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
      const expected = `expected a model's name of 1 to ${LONGEST_NAME} characters`;
      throw new ConfigError(`Cannot use ${place("models")}: ${expected}`);
    }
    const values = flatten(key, name, tableAt(key, `[models."${name}"]`, table, place), place);
    return { name, given: values.map(([inside, value]) => givenAt(key, inside, value, place)) };
  });
}

/** Keys as the settings of a model have them, with their values. */
function flatten(
  key: string,
  name: string,
  table: Record<string, unknown>,
  place: (key: string) => string,
): [string, unknown][] {
  const { sampling = {}, ...own } = table;
  const header = `[models."${name}".sampling]`;
  const inside = Object.entries(tableAt(`${key}.sampling`, header, sampling, place));
  return [
    ...Object.entries(own),
    ...inside.map(([each, value]): [string, unknown] => [`sampling.${each}`, value]),
  ];
}

function givenAt(
  table: string,
  key: string,
  value: unknown,
  place: (key: string) => string,
): Given<KeyedSetting> {
  const where = place(`${table}.${key}`);
  const setting = modelSettings.find((candidate) => candidate.key === key);
  if (setting) return { setting, value, layer: "file", where };
  const known = [...modelSettings.map((each) => each.key), "sampling"];
  throw new ConfigError(
    `Cannot use ${where}: a model has no such setting${didYouMean(key, known)}`,
  );
}

function tableAt(
  key: string,
  header: string,
  value: unknown,
  place: (key: string) => string,
): Record<string, unknown> {
  if (isTable(value)) return value;
  throw new ConfigError(`Cannot use ${place(key)}: expected a table ${header}`);
}

/** Whether TOML's value is a table. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

/** Settings by model from checked values, over the defaults. */
export function withModelDefaults(
  models: readonly GivenModel[],
): Readonly<Record<string, ModelSettings>> {
  return Object.fromEntries(models.map(({ name, given }) => {
    const values = given.map(({ setting, value }) => [setting.key, value] as const);
    const own = values.filter(([key]) => !key.includes("."));
    const sampling = values.filter(([key]) => key.includes("."))
      .map(([key, value]) => [key.slice(key.indexOf(".") + 1), value] as const);
    const table = { ...Object.fromEntries(own), sampling: Object.fromEntries(sampling) };
    return [name, toSettings(modelSchema.parse(table))];
  }));
}

/** The settings under the names that the code uses. */
function toSettings(table: ModelTable): ModelSettings {
  return {
    aliases: table.aliases,
    context: table.context ?? null,
    slots: table.slots ?? null,
    pin: table.pin,
    preload: table.preload,
    ttl: table.ttl ?? null,
    gpuLayers: table.gpu_layers ?? null,
    cacheType: table.cache_type ?? null,
    draft: table.draft ?? null,
    args: table.args,
    thinking: table.thinking,
    templateFile: table.template_file ?? null,
    sampling: table.sampling,
  };
}
