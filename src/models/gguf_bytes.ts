/** The bytes of a GGUF header as they are asked for, whatever pieces they come in. Pure. */

/** A header that cannot be read; the message is the reason, to follow "Cannot read …: ". */
export class GgufError extends Error {}

/**
 * A reading that does not know where bytes come from: it yields how many bytes to pass over, and is
 * given the piece behind them, which is empty at the end of the file.
 */
export type Walk<T> = Generator<number, T, Uint8Array>;

/** Bytes of a header, passed over or read. The largest vocabularies take some 15 MiB. */
const LONGEST_HEADER = 64 * 1024 * 1024;

/** What is left of the piece at hand, and how to get more. */
export class GgufBytes {
  #piece: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#piece.buffer);
  #at = 0;
  #passed = 0;

  /** Takes `length` bytes, which are valid until the next call. */
  *take(length: number): Walk<Uint8Array> {
    if (this.#piece.length - this.#at < length) yield* this.#gather(length);
    const start = this.#pass(length);
    return this.#piece.subarray(start, start + length);
  }

  /** Passes over `length` bytes without holding them. */
  *passOver(length: number): Walk<void> {
    const here = Math.min(length, this.#piece.length - this.#at);
    this.#pass(here);
    const beyond = length - here;
    if (beyond === 0) return;
    this.#count(beyond);
    // The last of them is read: it tells whether the file goes that far.
    const next = yield beyond - 1;
    if (next.length === 0) throw cutOff();
    this.#hold(next);
    this.#at = 1;
  }

  /** Passes over `count` texts, each behind its length. */
  *passOverTexts(count: number): Walk<void> {
    for (let i = 0; i < count; i++) {
      if (this.#piece.length - this.#at < 8) yield* this.#gather(8);
      const length = long(this.#view, this.#pass(8));
      // Vocabularies have some 500,000 texts: no generator for those that are at hand.
      if (length <= this.#piece.length - this.#at) this.#pass(length);
      else yield* this.passOver(length);
    }
  }

  *int(): Walk<number> {
    yield* this.#ready(4);
    return this.#view.getUint32(this.#pass(4), true);
  }

  /** 64 bits; beyond 2^53 it is not exact. */
  *long(): Walk<number> {
    yield* this.#ready(8);
    return long(this.#view, this.#pass(8));
  }

  *#ready(length: number): Walk<void> {
    if (this.#piece.length - this.#at < length) yield* this.#gather(length);
  }

  *#gather(length: number): Walk<void> {
    const pieces = [this.#piece.subarray(this.#at)];
    let held = this.#piece.length - this.#at;
    while (held < length) {
      const next = yield 0;
      if (next.length === 0) throw cutOff();
      pieces.push(next);
      held += next.length;
    }
    const whole = new Uint8Array(held);
    let offset = 0;
    for (const piece of pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    this.#hold(whole);
  }

  #hold(piece: Uint8Array): void {
    this.#piece = piece;
    this.#view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#at = 0;
  }

  #pass(length: number): number {
    this.#count(length);
    this.#at += length;
    return this.#at - length;
  }

  #count(length: number): void {
    this.#passed += length;
    if (this.#passed > LONGEST_HEADER) throw new GgufError("its header is longer than 64 MiB");
  }
}

function long(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function cutOff(): GgufError {
  return new GgufError("it ends in the middle of its header");
}
