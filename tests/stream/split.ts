/** Cuts bytes into pieces, as a network does. */
import fc from "fast-check";

/** Pieces of the given sizes, which are used again and again. */
export function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Sizes of pieces, also of single bytes. */
export const sizes = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 700 })), {
  minLength: 1,
  maxLength: 30,
});

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text or bytes that were handed on, as one text. */
export function textOf(pieces: readonly (string | Uint8Array)[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) =>
    typeof piece === "string" ? piece : decoder.decode(piece, { stream: true })
  ).join("") + decoder.decode();
}
