/** Where models may be on this machine. Pure. */

import { posix, win32 } from "node:path";

/** What decides where other programs keep their models. */
export interface Surroundings {
  os: typeof Deno.build.os;
  env: Readonly<Record<string, string | undefined>>;
  /** Folders that the user named. */
  folders: readonly string[];
}

/** The folders to look into, absolute or as the user named them; not all of them need be there. */
export interface Places {
  folders: readonly string[];
  /** Hugging Face's cache. */
  hub: string | null;
  /** The file that tells LM Studio's folder, and where that folder is without one. */
  lmStudio: { pointer: string; homes: readonly string[] } | null;
  ollama: readonly string[];
}

/** Ollama as a service of the system keeps them at the home of a user of its own. */
const OLLAMA_SERVICE = "/usr/share/ollama/.ollama/models";

/** The places by each program's own variables and defaults. */
export function placesOf({ os, env, folders }: Surroundings): Places {
  const { join, isAbsolute, home, named, huggingFace: base } = homes({ os, env });
  const told = named("OLLAMA_MODELS");
  const ollama = [home && join(home, ".ollama", "models"), os === "linux" ? OLLAMA_SERVICE : null];
  return {
    folders: [...new Set(folders)],
    hub: named("HF_HUB_CACHE") ?? (base && join(base, "hub")),
    lmStudio: home === null || !isAbsolute(home) ? null : {
      pointer: join(home, ".lmstudio-home-pointer"),
      homes: [join(home, ".lmstudio"), join(home, ".cache", "lm-studio")],
    },
    ollama: told === null ? ollama.filter((path) => path !== null) : [told],
  };
}

/** The file in which Hugging Face's programs keep the user's token; null without a home folder. */
export function hubTokenPath(surroundings: Omit<Surroundings, "folders">): string | null {
  const { join, named, huggingFace } = homes(surroundings);
  return named("HF_TOKEN_PATH") ?? (huggingFace && join(huggingFace, "token"));
}

/** The home folder, Hugging Face's, and what a variable names. */
function homes({ os, env }: Omit<Surroundings, "folders">) {
  const { join, isAbsolute } = os === "windows" ? win32 : posix;
  const home = env[os === "windows" ? "USERPROFILE" : "HOME"] || null;
  const named = (name: string) => {
    const value = env[name]?.trim();
    if (!value) return null;
    return home === null ? value : value.replace(/^~(?=$|[\\/])/, () => home);
  };
  const cache = named("XDG_CACHE_HOME") ?? (home && join(home, ".cache"));
  const huggingFace = named("HF_HOME") ?? (cache && join(cache, "huggingface"));
  return { join, isAbsolute, home, named, huggingFace };
}
