/**
 * The secrets, which come by environment or file alone: arguments show in process lists and
 * config files get shared.
 */

import { ConfigError } from "./error.ts";
import { cannotRead, readSmallFile, type ReadTextFile } from "./file.ts";
import type { Given } from "./layers.ts";
import type { Env, Os } from "./locations.ts";

/** What reading a key needs from outside. */
export interface KeyInput {
  env: Env;
  os: Os;
  readTextFile: ReadTextFile;
  /** Permission bits of a file, null where the platform has none. */
  statMode?: (path: string) => Promise<number | null>;
}

/** A key with the place it came from, as sentences name it. */
export interface LoadedKey {
  key: string;
  where: string;
  warnings: string[];
}

/**
 * The key from `variable` or from `file`, whichever has precedence (flag, environment, config
 * file); undefined when neither is given. Throws a ConfigError for a key that cannot be one and
 * for a variable and a file given side by side.
 */
export async function loadKey(
  variable: string,
  file: Given | undefined,
  input: KeyInput,
): Promise<LoadedKey | undefined> {
  const value = input.env[variable];
  if (value !== undefined && file?.layer === "env") {
    throw new ConfigError(`Cannot use both ${variable} and ${file.where}: unset one of them`);
  }
  if (value !== undefined && file?.layer !== "flag") {
    return { key: checkKey(value, variable), where: variable, warnings: [] };
  }
  if (!file) return undefined;
  const path = String(file.value);
  // Not the path: whoever names the key itself for the file must not find it in a log.
  const what = `the key file (${file.where})`;
  const text = await readSmallFile(input.readTextFile, path, what);
  if (text === undefined) throw cannotRead(what, "there is no such file");
  const key = checkKey(text, what);
  return { key, where: file.where, warnings: await exposedFile(path, input) };
}

/** The key without surrounding space; visible ASCII only, or no header could carry it. */
function checkKey(text: string, where: string): string {
  const key = text.trim();
  if (key === "") throw new ConfigError(`Cannot use ${where}: it is empty`);
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) {
    throw new ConfigError(
      `Cannot use ${where}: expected one key of up to 4096 ASCII characters without spaces`,
    );
  }
  return key;
}

async function exposedFile(path: string, input: KeyInput): Promise<string[]> {
  if (input.os === "windows" || !input.statMode) return [];
  const mode = await input.statMode(path).catch(() => null);
  return mode !== null && (mode & 0o004) !== 0
    ? [`The key file ${path} is readable by every user of this machine: chmod o-r it`]
    : [];
}
