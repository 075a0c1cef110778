/**
 * The layers that settings come from; each gives values together with the place they stood.
 */

import { kindOf } from "./describe.ts";
import type { Env, Os } from "./locations.ts";
import { type Setting, settings } from "./schema.ts";
import type { KeyedSetting } from "./setting.ts";
import { didYouMean } from "./suggest.ts";

/** One value that somebody gave. */
export interface Given<T extends KeyedSetting = Setting> {
  setting: T;
  value: unknown;
  layer: "file" | "env" | "flag";
  /** The place as a sentence names it: `--port`, `CHASKI_PORT`, `port in chaski.toml, line 3`. */
  where: string;
}

/** Command line options by setting key; `config` is the path of the config file. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/**
 * Variables that are no settings: keys, the config file, the clients to start, where releases of
 * llama.cpp are, stacks of errors.
 */
export const otherVariables: readonly string[] = [
  "CHASKI_API_KEY",
  "CHASKI_ADMIN_KEY",
  "CHASKI_UPSTREAM_KEY",
  "CHASKI_CONFIG",
  "CHASKI_CODEX",
  "CHASKI_CLAUDE",
  "CHASKI_ENGINE_RELEASES",
  "CHASKI_DEBUG",
];

const WORDS: Readonly<Record<string, unknown>> = {
  __proto__: null,
  true: true,
  1: true,
  false: false,
  0: false,
};

/** The text as the setting's type; what does not fit stays text, for validation to refuse. */
function fromText(setting: Setting, text: string): unknown {
  const kind = kindOf(setting);
  if (kind === "boolean") return WORDS[text.trim().toLowerCase()] ?? text;
  return kind === "number" && /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text;
}

/** What the command line gave. */
export function fromFlags(flags: Flags): Given[] {
  return settings.flatMap((setting): Given[] => {
    const given = flags[setting.key];
    if (given === undefined || setting.flag === undefined) return [];
    const value = typeof given === "string" ? fromText(setting, given) : given;
    return [{ setting, value, layer: "flag", where: setting.flag.split(" ")[0] ?? "" }];
  });
}

/** A list of paths is parted as the PATH is. */
function listFrom(text: string, os: Os): string[] {
  return text.split(os === "windows" ? ";" : ":").filter((each) => each.trim() !== "");
}

/**
 * What the environment gave. An empty variable counts as unset, as compose files produce them;
 * not so an empty key file, which would open the door without a word.
 */
export function fromEnv(env: Env, os: Os): Given[] {
  return settings.flatMap((setting): Given[] => {
    const text = env[setting.env];
    if (text === undefined || (text.trim() === "" && !setting.key.endsWith("key_file"))) return [];
    const value = kindOf(setting) === "list" ? listFrom(text, os) : fromText(setting, text);
    return [{ setting, value, layer: "env", where: setting.env }];
  });
}

/** One warning for each `CHASKI_*` variable that means nothing. */
export function unknownVariables(env: Env): string[] {
  const known = [...settings.map((setting) => setting.env), ...otherVariables];
  return Object.keys(env)
    .filter((name) => name.startsWith("CHASKI_") && !known.includes(name))
    .map((name) => `Ignoring ${name}: there is no such setting${didYouMean(name, known)}`);
}
