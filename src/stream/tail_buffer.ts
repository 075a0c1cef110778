/** Remembers the end of what has passed, in a fixed piece of memory. */

export interface TailBuffer {
  add(bytes: Uint8Array): void;
  /** The end as text; the first character may be a half one. */
  text(): string;
}

/** @param size bytes that are remembered */
export function tailBuffer(size: number): TailBuffer {
  // A ring, made with the first bytes: copying costs less than keeping the pieces alive.
  let ring: Uint8Array | null = null;
  let at = 0;
  let full = false;
  return {
    add(bytes) {
      ring ??= new Uint8Array(size);
      const last = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes;
      const fits = Math.min(last.length, size - at);
      ring.set(fits === last.length ? last : last.subarray(0, fits), at);
      if (fits < last.length) ring.set(last.subarray(fits), 0);
      full ||= at + last.length >= size;
      at = (at + last.length) % size;
    },
    text() {
      if (ring === null) return "";
      const decoder = new TextDecoder();
      const older = full ? decoder.decode(ring.subarray(at), { stream: true }) : "";
      return older + decoder.decode(ring.subarray(0, at));
    },
  };
}
