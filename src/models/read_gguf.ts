/** Reads the header of a GGUF file, and nothing behind it. */

import { GgufError } from "./gguf_bytes.ts";
import { type GgufHeader, isWanted, toHeader } from "./gguf_header.ts";
import { walkGguf } from "./gguf_walk.ts";

const PIECE = 256 * 1024;

/** What the file says of its model. Throws a GgufError with the reason where it cannot be read. */
export async function readGguf(path: string): Promise<GgufHeader> {
  try {
    using file = await Deno.open(path);
    const walk = walkGguf(isWanted);
    let step = walk.next();
    while (!step.done) {
      if (step.value > 0) await file.seek(step.value, Deno.SeekMode.Current);
      const piece = new Uint8Array(PIECE);
      const length = await file.read(piece) ?? 0;
      step = walk.next(piece.subarray(0, length));
    }
    return toHeader(step.value);
  } catch (error) {
    throw error instanceof GgufError ? error : new GgufError(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return "it is not readable";
}
