/** A file on its way: what is there of it, and its checksum so far. */

import { createHash, type Hash } from "node:crypto";
import { dirname } from "node:path";
import { cannotWrite } from "./disk.ts";
import type { HubFile } from "./hub_file.ts";
import { HubError } from "./hub_error.ts";

/** An open file that nobody else writes to. */
export interface Partial extends Disposable {
  /** Bytes that are there. */
  length(): number;
  /** Adds bytes; throws a HubError when they are more than the file has. */
  append(bytes: Uint8Array): Promise<void>;
  /** Throws away what is there. */
  restart(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
  /** Moves it to where it belongs when it is what was promised; else removes it and throws. */
  finish(path: string): Promise<void>;
}

const PIECE = 1024 * 1024;

/** Opens what is there or begins it. Throws a HubError, also when another pull is at it. */
export async function openPartial(
  path: string,
  file: HubFile,
  signal: AbortSignal,
): Promise<Partial> {
  const opened = await openLocked(path);
  try {
    return await partialOf(opened, path, file, signal);
  } catch (error) {
    opened.close();
    throw error;
  }
}

async function partialOf(
  opened: Deno.FsFile,
  path: string,
  file: HubFile,
  signal: AbortSignal,
): Promise<Partial> {
  let hash = hashOf(file);
  let length = 0;
  const restart = async () => {
    await opened.truncate(0).catch(rethrow);
    await opened.seek(0, Deno.SeekMode.Start);
    hash = hashOf(file);
    length = 0;
  };
  const discard = () => Deno.remove(path).catch(rethrow);
  const { size } = await opened.stat();
  if (size > file.size) await restart();
  else length = await readInto(hash, opened, signal);
  return {
    length: () => length,
    async append(bytes) {
      if (length + bytes.length > file.size) throw new HubError("more came than was promised");
      for (let at = 0; at < bytes.length;) {
        at += await opened.write(bytes.subarray(at)).catch(rethrow);
      }
      hash.update(bytes);
      length += bytes.length;
    },
    restart,
    discard,
    async finish(target) {
      if (hash.digest("hex") !== file.digest.hex) {
        await discard();
        throw mismatch(file);
      }
      await opened.sync().catch(rethrow);
      await Deno.rename(path, target).catch(rethrow);
    },
    [Symbol.dispose]: () => opened.close(),
  };
}

function mismatch({ path }: HubFile): HubError {
  return new HubError(
    `what came of ${path} is not what was promised (checksum); it is removed, try again`,
  );
}

function rethrow(error: unknown): never {
  throw cannotWrite(error);
}

/** The lock goes with the process, however it ends. */
async function openLocked(path: string): Promise<Deno.FsFile> {
  for (;;) {
    await Deno.mkdir(dirname(path), { recursive: true }).catch(rethrow);
    const file = await Deno.open(path, { read: true, write: true, create: true }).catch(rethrow);
    const isOurs = await file.tryLock(true).catch(cannotWrite);
    if (isOurs !== true) {
      file.close();
      throw isOurs || new HubError("another pull is at it; wait for that one");
    }
    // Whoever held it may have moved it away just then.
    const [own, there] = [await file.stat(), await Deno.stat(path).catch(() => null)];
    if (there !== null && own.ino === there.ino) return file;
    file.close();
  }
}

/** Git's own form of a file begins with its length. */
function hashOf({ size, digest }: HubFile): Hash {
  if (digest.algorithm === "sha256") return createHash("sha256");
  return createHash("sha1").update(`blob ${size}\0`);
}

async function readInto(hash: Hash, file: Deno.FsFile, signal: AbortSignal): Promise<number> {
  const piece = new Uint8Array(PIECE);
  for (let total = 0;;) {
    signal.throwIfAborted();
    const length = await file.read(piece);
    if (length === null) return total;
    hash.update(piece.subarray(0, length));
    total += length;
  }
}
