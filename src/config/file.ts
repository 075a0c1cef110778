/**
 * Reading the small files that settings come from.
 */

import { ConfigError } from "./error.ts";

/** Reads a whole file as text; rejects as `Deno.readTextFile` does. */
export type ReadTextFile = (path: string) => Promise<string>;

/** No config file or key comes near; a log or a model named by mistake does not fill the memory. */
const LARGEST = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  PermissionDenied: "permission denied",
  NotCapable: "permission denied",
  IsADirectory: "it is a folder",
};

/**
 * Text of the file without a byte order mark, or undefined when there is no such file. Throws a
 * ConfigError that names `what` and says why it cannot be read.
 */
export async function readSmallFile(
  read: ReadTextFile,
  path: string,
  what: string,
): Promise<string | undefined> {
  const text = await read(path).catch((error: unknown) => {
    const name = error instanceof Error ? error.name : "";
    if (name === "NotFound" || name === "NotADirectory") return undefined;
    throw cannotRead(what, REASONS[name] ?? "it is not readable");
  });
  if (text !== undefined && text.length > LARGEST) {
    throw cannotRead(what, "it is larger than 1 MiB");
  }
  return text?.replace(/^\uFEFF/, "");
}

/** The error for a file that settings depend on. */
export function cannotRead(what: string, reason: string): ConfigError {
  return new ConfigError(`Cannot read ${what}: ${reason}`);
}
