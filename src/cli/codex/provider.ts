/**
 * What Codex has to be told of a Chaski: the one source of the file that `chaski codex config`
 * prints, of the options that `chaski codex` gives, and of what the documentation shows. Pure.
 * Measured with Codex 0.118 to 0.169.
 */

import { KEY_VARIABLE } from "../clients/key.ts";

/** A Chaski as Codex shall see it. */
export interface CodexTarget {
  /** Base URL without `/v1` and without a slash at the end. */
  url: string;
  model: string;
  /** Whether it asks for a key. */
  keyed: boolean;
  /** Whether this Codex fetches a catalogue; 0.145 does not start where it is told of one. */
  catalogue: boolean;
}

/** The first Codex that fetches a catalogue. */
export const CATALOGUE_SINCE = [0, 166] as const;

/** A setting of Codex with what a reader of the file should know of it. */
export interface CodexSetting {
  /** Its name, in a table the part behind the table's name. */
  key: string;
  value: string | number | boolean;
  comment?: string;
}

/** The name of the provider's table. */
export const PROVIDER = "chaski";

/** The two ways to a credential; a provider has one of them. */
export const CREDENTIALS: readonly string[] = ["env_key", "experimental_bearer_token"];

const CATALOGUE = "model_catalog_url";

/** Keys of the provider's table that are set for some Chaski or some Codex, and else taken out. */
export const SOMETIMES: readonly string[] = [...CREDENTIALS, CATALOGUE];

/** What stands before the first table. */
export function rootSettings({ model }: Pick<CodexTarget, "model">): CodexSetting[] {
  return [
    { key: "model", value: model },
    { key: "model_provider", value: PROVIDER },
    { key: "web_search", value: "disabled", comment: "a local model has no search" },
  ];
}

/** The table `model_providers.chaski`. */
export function providerSettings(
  { url, keyed, catalogue }: Omit<CodexTarget, "model">,
): CodexSetting[] {
  const settings: CodexSetting[] = [
    { key: "name", value: "Chaski", comment: 'any name but "OpenAI"' },
    { key: "base_url", value: `${url}/v1` },
    { key: "wire_api", value: "responses" },
    keyed ? { key: "env_key", value: KEY_VARIABLE, comment: "the variable that holds the key" } : {
      key: "experimental_bearer_token",
      value: "none",
      comment: "without a credential Codex asks for no catalogue",
    },
    {
      key: CATALOGUE,
      value: `${url}/v1/models`,
      comment: "Codex 0.166 and later: the real context",
    },
    { key: "stream_idle_timeout_ms", value: 600_000, comment: "long prompts take their time" },
  ];
  return catalogue ? settings : settings.filter(({ key }) => key !== CATALOGUE);
}

/** A switch that makes Codex's first request smaller, with the Codex that first knows it. */
export interface LeanSwitch extends CodexSetting {
  table: string;
  since: readonly [number, number];
}

/** Off with these, a first request has 8 KB instead of 39 KB, which small models need. */
export const LEAN: readonly LeanSwitch[] = [
  { table: "features", key: "goals", value: false, comment: "no tools for goals", since: [0, 0] },
  // Codex 0.118 takes `agents` for a table of roles and does not start.
  {
    table: "agents",
    key: "enabled",
    value: false,
    comment: "no tools for sub-agents; Codex 0.145 and later",
    since: [0, 145],
  },
  {
    table: "skills",
    key: "include_instructions",
    value: false,
    comment: "no list of skills",
    since: [0, 0],
  },
];

/** A value as TOML spells it; control characters of any kind are escaped. */
export function tomlValue(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `key = value   # comment`, one line each. */
export function tomlLines(settings: readonly CodexSetting[]): string[] {
  return settings.map(({ key, value, comment }) => {
    const line = `${key} = ${tomlValue(value)}`;
    return comment === undefined ? line : `${line.padEnd(37)} # ${comment}`;
  });
}

/** The provider's table with its header. */
export function providerToml(target: Omit<CodexTarget, "model">): string[] {
  return [`[model_providers.${PROVIDER}]`, ...tomlLines(providerSettings(target))];
}

/** The switches for small models as a reader finds them: explained, and not in force. */
export function leanComment(): string[] {
  return [
    "# For a small model: a first request of 8 KB instead of 39 KB. Take the # off these lines;",
    "# where your file has such a table already, put the line there.",
    ...leanToml().map((line) => `# ${line}`),
  ];
}

/** The switches for small models, in force. */
export function leanToml(): string[] {
  return LEAN.flatMap((setting) => [`[${setting.table}]`, ...tomlLines([setting])]);
}

/** The whole of a `config.toml` for this Chaski. */
export function codexToml(target: CodexTarget): string {
  const lines = [...tomlLines(rootSettings(target)), "", ...providerToml(target), ""];
  return [...lines, ...leanComment(), ""].join("\n");
}

/**
 * The arguments `-c key=value` that make one run of Codex use this Chaski, with the lean switches.
 *
 * @param version of Codex; null when it is not known, which counts as a new one
 */
export function codexOverrides(
  target: CodexTarget,
  version: readonly [number, number] | null = null,
): string[] {
  const provider = providerSettings(target)
    .map(({ key, value }) => `${key}=${tomlValue(value)}`).join(",");
  const lean = LEAN.filter(({ since }) => version === null || !isOlder(version, since));
  return [
    ...rootSettings(target).map(({ key, value }) => `${key}=${tomlValue(value)}`),
    // On one line: TOML allows no line break in an inline table.
    `model_providers.${PROVIDER}={${provider}}`,
    ...lean.map(({ table, key, value }) => `${table}.${key}=${tomlValue(value)}`),
  ].flatMap((setting) => ["-c", setting]);
}

/** Whether a version comes before another; major and minor count. */
export function isOlder(
  [major, minor]: readonly [number, number],
  [otherMajor, otherMinor]: readonly [number, number],
): boolean {
  return major === otherMajor ? minor < otherMinor : major < otherMajor;
}
