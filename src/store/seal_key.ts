/**
 * The key of the seals: made once, kept in the data directory, readable by its owner alone.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { KEY_SIZE } from "./seal.ts";

const FILE = "seal.key";

/**
 * The key of a data directory; without a directory, one that is gone with the process.
 *
 * @throws {Error} in one sentence when the file cannot be read or made, or holds no key
 */
export function sealKey(dataDir: string | null): Uint8Array {
  if (dataDir === null) return randomBytes(KEY_SIZE);
  const path = join(dataDir, FILE);
  const key = read(path) ?? make(path);
  if (key.length === KEY_SIZE) return key;
  throw new Error(
    `Cannot use ${path}: it is not a key of ${KEY_SIZE} bytes. Delete it to get a new one; ` +
      "what was sealed with it cannot be opened then.",
  );
}

function read(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw new Error(`Cannot read ${path}: ${cause instanceof Error ? cause.name : cause}`);
  }
}

/** Written beside and linked into place: another Chaski that starts now gets the same key. */
function make(path: string): Uint8Array {
  const part = `${path}.${crypto.randomUUID()}`;
  try {
    Deno.writeFileSync(part, randomBytes(KEY_SIZE), { mode: 0o600, createNew: true });
    try {
      Deno.linkSync(part, path);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    }
    return Deno.readFileSync(path);
  } catch (cause) {
    throw new Error(`Cannot make ${path}: ${cause instanceof Error ? cause.name : cause}`);
  } finally {
    try {
      Deno.removeSync(part);
    } catch {
      // It never came to be.
    }
  }
}
