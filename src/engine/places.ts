/** Where a llama-server may be on this machine. Pure. */

import { posix, win32 } from "node:path";
import type { Env, Os } from "../config/locations.ts";

/** A file that may be llama-server. */
export interface Place {
  path: string;
  from: "path" | "usual";
}

/** The files to look for, on the PATH first; not all of them need be there. */
export function placesOf({ os, env }: { os: Os; env: Env }): Place[] {
  const { join, isAbsolute } = os === "windows" ? win32 : posix;
  const names = programNames(os, env);
  const files = (folders: readonly string[], from: Place["from"]) =>
    // What is seen from the working directory may be anybody's.
    folders.filter((folder) => isAbsolute(folder))
      .flatMap((folder) => names.map((name) => ({ path: join(folder, name), from })));
  const path = variable("PATH", os, env)?.split(os === "windows" ? ";" : ":") ?? [];
  return [...files(path, "path"), ...files(usualFolders(os, env), "usual")];
}

/** What llama-server's file is called. */
export function programNames(os: Os, env: Env): string[] {
  if (os !== "windows") return ["llama-server"];
  const endings = (variable("PATHEXT", os, env) ?? ".exe").toLowerCase().split(";");
  return endings.filter((ending) => /^\.\w+$/.test(ending)).map((end) => `llama-server${end}`);
}

/** Homebrew, a build from source, and on Windows what winget and Scoop link. */
function usualFolders(os: Os, env: Env): string[] {
  const { join } = os === "windows" ? win32 : posix;
  const home = variable(os === "windows" ? "USERPROFILE" : "HOME", os, env);
  const atHome = (...parts: string[]) => home === undefined ? [] : [join(home, ...parts)];
  if (os === "windows") {
    const local = variable("LOCALAPPDATA", os, env);
    return [
      ...(local === undefined ? [] : [win32.join(local, "Microsoft", "WinGet", "Links")]),
      ...atHome("scoop", "shims"),
      ...atHome("llama.cpp", "build", "bin", "Release"),
    ];
  }
  return [
    ...(os === "darwin" ? ["/opt/homebrew/bin"] : ["/home/linuxbrew/.linuxbrew/bin"]),
    "/usr/local/bin",
    ...atHome("llama.cpp", "build", "bin"),
    ...atHome(".local", "bin"),
  ];
}

/** Windows does not distinguish the case of variable names, and says `Path`. */
function variable(name: string, os: Os, env: Env): string | undefined {
  if (os !== "windows") return env[name] || undefined;
  return Object.entries(env).find(([each]) => each.toUpperCase() === name)?.[1] || undefined;
}
