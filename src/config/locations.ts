/**
 * Where Chaski looks for its config file and keeps its data when nobody says otherwise.
 */

import { posix, win32 } from "node:path";

/** The operating system, in the words of `Deno.build.os`; what is not listed counts as a Unix. */
export type Os = typeof Deno.build.os;

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Absolute default paths; undefined where the environment does not tell the user's folder. */
export interface Locations {
  configFile: string | undefined;
  dataDir: string | undefined;
}

/**
 * The default locations of a platform: the XDG base directories on Linux and other Unixes,
 * `Library/Application Support` on macOS, roaming (config) and local (data) `AppData` on Windows.
 */
export function defaultLocations(os: Os, env: Env): Locations {
  const path = os === "windows" ? win32 : posix;
  const [configBase, dataBase] = bases(os, env);
  return {
    configFile: configBase && path.join(configBase, "chaski", "chaski.toml"),
    dataDir: dataBase && path.join(dataBase, "chaski"),
  };
}

/** The folders for config and for data that belong to the user. */
function bases(os: Os, env: Env): [string | undefined, string | undefined] {
  if (os === "windows") {
    const home = absolute(env["USERPROFILE"], win32);
    return [
      absolute(env["APPDATA"], win32) ?? (home && win32.join(home, "AppData", "Roaming")),
      absolute(env["LOCALAPPDATA"], win32) ?? (home && win32.join(home, "AppData", "Local")),
    ];
  }
  const home = absolute(env["HOME"], posix);
  if (os === "darwin") {
    const support = home && posix.join(home, "Library", "Application Support");
    return [support, support];
  }
  return [
    absolute(env["XDG_CONFIG_HOME"], posix) ?? (home && posix.join(home, ".config")),
    absolute(env["XDG_DATA_HOME"], posix) ?? (home && posix.join(home, ".local", "share")),
  ];
}

/** A relative base directory is to be ignored, says the XDG specification; so is an empty one. */
function absolute(value: string | undefined, path: typeof posix): string | undefined {
  return value && path.isAbsolute(value) ? value : undefined;
}

/** `path` as seen from the folder of the config file that names it. */
export function besideConfig(configFile: string, path: string, os: Os): string {
  const { isAbsolute, join, dirname } = os === "windows" ? win32 : posix;
  return isAbsolute(path) ? path : join(dirname(configFile), path);
}
