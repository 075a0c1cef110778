/** What GGUF files are put together from. */

/** A text behind its length. */
export function string(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return joined(long(bytes.length), bytes);
}

/** 32 bits. */
export function int(value: number): Uint8Array {
  return bytesOf(Uint32Array.of(value));
}

/** 64 bits. */
export function long(value: number): Uint8Array {
  return bytesOf(BigUint64Array.of(BigInt(value)));
}

// GGUF is little-endian, as is every machine that Deno runs on.
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
