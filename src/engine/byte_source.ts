/** Bytes of a stream in the amounts that a format asks for. */

import { damaged } from "./archive.ts";

/** Reads a stream of pieces; nothing is held but the piece at hand. */
export interface ByteSource {
  /** Exactly `length` bytes. Throws an ArchiveError at the end. */
  take(length: number): Promise<Uint8Array>;
  /** The next `length` bytes in the pieces that they come in. */
  pieces(length: number): AsyncGenerator<Uint8Array>;
}

/** The source of a reader, which stays the caller's. */
export function byteSource(reader: ReadableStreamDefaultReader<Uint8Array>): ByteSource {
  let piece: Uint8Array = new Uint8Array(0);
  const next = async (most: number) => {
    while (piece.length === 0) {
      const { value, done } = await reader.read();
      if (done) throw damaged();
      piece = value;
    }
    const taken = piece.subarray(0, most);
    piece = piece.subarray(taken.length);
    return taken;
  };
  const pieces = async function* (length: number) {
    for (let left = length; left > 0;) {
      const taken = await next(left);
      left -= taken.length;
      yield taken;
    }
  };
  const take = async (length: number) => {
    const whole = new Uint8Array(length);
    let filled = 0;
    for await (const taken of pieces(length)) {
      whole.set(taken, filled);
      filled += taken.length;
    }
    return whole;
  };
  return { take, pieces };
}
