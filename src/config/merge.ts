/**
 * Checks what the layers gave and lays it over the defaults.
 */

import { expects } from "./describe.ts";
import { ConfigError } from "./error.ts";
import type { Given } from "./layers.ts";
import { type Settings, settingsSchema, tableNames } from "./schema.ts";
import type { KeyedSetting } from "./setting.ts";

/** The value as its schema understands it: of the right type, trimmed, canonical. */
export function checked<T extends KeyedSetting>(given: Given<T>): Given<T> {
  const parsed = given.setting.schema.safeParse(given.value);
  if (parsed.success) return { ...given, value: parsed.data };
  const issue = parsed.error.issues[0];
  const reason = issue?.code === "custom" ? issue.message : `expected ${expects(given.setting)}`;
  throw new ConfigError(`Cannot use ${given.where}: ${reason}`);
}

/** Settings from checked values, by setting key, over the defaults. */
export function withDefaults(won: ReadonlyMap<string, Given>): Settings {
  const values = [...won].map(([key, given]) => [key, given.value] as const);
  const tables = tableNames.map((table) => {
    const inside = values.filter(([key]) => key.startsWith(`${table}.`));
    return [table, Object.fromEntries(inside.map(([key, v]) => [key.slice(table.length + 1), v]))];
  });
  const root = values.filter(([key]) => !key.includes("."));
  return settingsSchema.parse(Object.fromEntries([...root, ...tables]));
}
