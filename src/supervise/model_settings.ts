/** Which settings count for a model. Pure. */
import type { ModelSettings } from "../config/model_tables.ts";
import { type Resolvable, resolveModel } from "../models/resolve.ts";

/** The name whose settings count for every model, where the model's own say nothing. */
const EVERY = "*";

/** Settings by any names of models, as the configuration has them. */
export type SettingsByName = Readonly<Record<string, ModelSettings>>;

/** Models with the settings that count for them. */
export interface SetModels<T extends Resolvable> {
  /** With all their names: first those of the settings, then that without quantisation. */
  readonly models: readonly T[];
  /** Names in the settings that no model has. */
  readonly unknown: readonly string[];
  /** Those of every model, and over them the model's own. */
  settingsOf(model: Pick<T, "id">): ModelSettings;
}

/** Looks which settings count for which model. */
export function withSettings<T extends Resolvable>(
  found: readonly T[],
  byName: SettingsByName,
): SetModels<T> {
  const { aliases: none } = NOTHING;
  const every = { ...byName[EVERY] ?? NOTHING, aliases: none };
  const own = new Map<string, ModelSettings>();
  const unknown: string[] = [];
  for (const [name, settings] of Object.entries(byName)) {
    if (name === EVERY) continue;
    const model = resolveModel(name, found);
    if (model === null) unknown.push(name);
    else own.set(model.id, over(own.get(model.id) ?? every, settings));
  }
  const settingsOf = ({ id }: Pick<T, "id">) => own.get(id) ?? every;
  return { models: withNames(found, settingsOf), unknown, settingsOf };
}

function withNames<T extends Resolvable>(
  models: readonly T[],
  settingsOf: (model: T) => ModelSettings,
): T[] {
  const alike = Map.groupBy(models, ({ name }) => name.toLowerCase());
  return models.map((model) => {
    const { id, name } = model;
    const best = resolveModel(name, alike.get(name.toLowerCase()) ?? []);
    const short = best === model ? [name] : [];
    const names = new Set([...settingsOf(model).aliases, ...short, ...model.aliases]);
    names.delete(id);
    return { ...model, aliases: [...names] };
  });
}

const NOTHING: ModelSettings = {
  aliases: [],
  context: null,
  slots: null,
  pin: false,
  preload: false,
  ttl: null,
  gpuLayers: null,
  cacheType: null,
  draft: null,
  args: [],
  thinking: "auto",
  templateFile: null,
  sampling: {},
};

function over(below: ModelSettings, above: ModelSettings): ModelSettings {
  return {
    aliases: above.aliases,
    context: above.context ?? below.context,
    slots: above.slots ?? below.slots,
    pin: above.pin || below.pin,
    preload: above.preload || below.preload,
    ttl: above.ttl ?? below.ttl,
    gpuLayers: above.gpuLayers ?? below.gpuLayers,
    cacheType: above.cacheType ?? below.cacheType,
    draft: above.draft ?? below.draft,
    // llama-server takes the last of two equal ones.
    args: [...below.args, ...above.args],
    thinking: above.thinking === "auto" ? below.thinking : above.thinking,
    templateFile: above.templateFile ?? below.templateFile,
    sampling: { ...below.sampling, ...above.sampling },
  };
}
