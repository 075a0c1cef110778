/**
 * Where Codex keeps its configuration, and what it says.
 */

import { posix, win32 } from "node:path";
import { ConfigError } from "../../config/error.ts";
import { readSmallFile } from "../../config/file.ts";
import type { Io } from "../io.ts";
import { parseToml } from "./toml_parse.ts";

/** What finding and reading Codex's files needs from outside. */
export type HomeIo = Pick<Io, "env" | "os" | "readTextFile">;

/** The file `config.toml`, or a profile's, in `$CODEX_HOME` (else `~/.codex`). */
export function codexFile({ env, os }: Pick<HomeIo, "env" | "os">, name = "config.toml"): string {
  const { join } = os === "windows" ? win32 : posix;
  const set = env["CODEX_HOME"];
  if (set) return join(set, name);
  const home = os === "windows" ? env["USERPROFILE"] : env["HOME"];
  if (home) return join(home, ".codex", name);
  throw new ConfigError(
    "Cannot find Codex's folder: neither CODEX_HOME nor a home folder is known",
  );
}

/** A parsed file of Codex's, or why there is none. */
export type CodexFile =
  | { found: true; path: string; document: Record<string, unknown> }
  | { found: false; path: string; missing: boolean; reason: string };

/** Reads and parses one file; what is wrong with it becomes the reason. */
export async function readCodexFile(io: HomeIo, name?: string): Promise<CodexFile> {
  const path = codexFile(io, name);
  try {
    const text = await readSmallFile(io.readTextFile, path, path);
    if (text === undefined) {
      return { found: false, path, missing: true, reason: "there is no such file" };
    }
    return { found: true, path, document: parseToml(text) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const reason = error instanceof ConfigError ? said.replace(/^.*: /, "") : said;
    return { found: false, path, missing: false, reason };
  }
}
