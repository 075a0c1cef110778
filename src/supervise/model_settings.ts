/** Which settings count for a model. Pure. */
import type { ModelSettings } from "../config/model_tables.ts";
import { type Resolvable, resolveModel } from "../models/resolve.ts";

/** The name whose settings count for every model, where the model's own say nothing. */
const EVERY = "*";

/** Settings by any names of models, as the configuration has them. */
export type SettingsByName = Readonly<Record<string, ModelSettings>>;

/** Those of every model, and over them the model's own. */
export function settingsOf<T extends Resolvable>(
  model: T,
  models: readonly T[],
  byName: SettingsByName,
): ModelSettings {
  const own = Object.entries(byName).flatMap(([name, settings]) =>
    name !== EVERY && resolveModel(name, models) === model ? [settings] : []
  );
  const { aliases } = NOTHING;
  return [{ ...byName[EVERY] ?? NOTHING, aliases }, ...own].reduce(over);
}

/** Names of settings that no model has. */
export function unknownNames<T extends Resolvable>(
  models: readonly T[],
  byName: SettingsByName,
): string[] {
  return Object.keys(byName).filter((name) =>
    name !== EVERY && resolveModel(name, models) === null
  );
}

/** The models, with the further names that the settings give them. */
export function withAliases<T extends Resolvable>(
  models: readonly T[],
  byName: SettingsByName,
): T[] {
  return models.map((model) => {
    const { aliases } = settingsOf(model, models, byName);
    return aliases.length === 0 ? model : { ...model, aliases: [...model.aliases, ...aliases] };
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
