/** Bytes a client may send ahead of what is asked for; more is a broken client. */
const MAX_AHEAD = 64 * 1024 * 1024;
/** Bytes of one line of a request's head. */
const MAX_LINE = 64 * 1024;
const LF = 10;

/**
 * One accepted TCP connection, read ahead all the time: a client that hangs up
 * in the middle of an answer is noticed at once, as llama-server does while it writes.
 */
export class Wire {
  readonly #conn: Deno.TcpConn;
  readonly #gone = Promise.withResolvers<void>();
  readonly #reading: Promise<void>;
  #more = Promise.withResolvers<void>();
  #ahead = new Uint8Array(0);
  #leftAt: number | undefined;
  #ended = false;
  #closed = false;

  /** Takes over a connection; it must be ended with {@link Wire.close}. */
  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.#reading = this.#readAhead();
  }

  /** Resolves when the connection is gone, whoever closed it. A half-close counts. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** True from the moment when nothing can be sent any more. */
  get isGone(): boolean {
    return this.#ended || this.#closed;
  }

  /** `performance.now()` when the client closed; undefined where the fake closed first. */
  get leftAt(): number | undefined {
    return this.#leftAt;
  }

  /** The next line without its CRLF (or LF), or null when the client closed before its end. */
  async line(): Promise<string | null> {
    const isEnough = () => this.#ahead.includes(LF) || this.#ahead.length > MAX_LINE;
    if (!await this.#fill(isEnough)) return null;
    const end = this.#ahead.indexOf(LF);
    if (end < 0 || end > MAX_LINE) throw new RangeError("Cannot read request: line too long");
    return new TextDecoder().decode(this.#consume(end + 1)).replace(/\r?\n$/, "");
  }

  /** Exactly `size` bytes, or null when the client closed before them. */
  async take(size: number): Promise<Uint8Array | null> {
    if (size > MAX_AHEAD) throw new RangeError("Cannot read request: body too large");
    return await this.#fill(() => this.#ahead.length >= size) ? this.#consume(size) : null;
  }

  /** Sends bytes; false when the connection was gone before all of them were handed over. */
  async write(bytes: Uint8Array): Promise<boolean> {
    let sent = 0;
    while (sent < bytes.length && !this.isGone) {
      try {
        sent += await this.#conn.write(bytes.subarray(sent));
      } catch {
        this.#leave();
      }
    }
    return sent === bytes.length;
  }

  /** Closes the connection; waits until nothing of it is left. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#conn.close();
    }
    await this.#reading;
  }

  async #readAhead(): Promise<void> {
    const space = new Uint8Array(64 * 1024);
    while (this.#ahead.length <= MAX_AHEAD) {
      const size = await this.#conn.read(space).catch(() => null);
      if (size === null) break;
      this.#ahead = joinBytes(this.#ahead, space.subarray(0, size));
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
    this.#leave();
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#closed) this.#leftAt = performance.now();
    this.#gone.resolve();
    this.#more.resolve();
  }

  async #fill(isEnough: () => boolean): Promise<boolean> {
    while (!isEnough() && !this.#ended) await this.#more.promise;
    return isEnough();
  }

  #consume(size: number): Uint8Array {
    const taken = this.#ahead.slice(0, size);
    this.#ahead = this.#ahead.slice(size);
    return taken;
  }
}

/** All the bytes one after the other in a new array. */
export function joinBytes(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
