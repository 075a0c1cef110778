/**
 * One upstream answer on its way to the client: reads, converts, keeps the line alive, watches for
 * silence, and ends exactly once.
 */
import type { ApiError } from "../protocol/error.ts";
import { type Patience, stalled, tickOf } from "./patience.ts";
import { isKeepAlive } from "./sse.ts";

/** Text or bytes to send; the empty string is nothing. */
export type Piece = string | Uint8Array;

/** A body to read, or the promise of one that the upstream has not begun yet. */
export type Source = Promise<ReadableStream<Uint8Array>>;

/** Turns upstream bytes into what the client's protocol says. Pure but for what it was given. */
export interface Conversion {
  /** What the client gets before the upstream has said anything. */
  open(): Piece;
  /** Everything that one read brought. Throws ApiError when the upstream cannot be understood. */
  push(bytes: Uint8Array): Piece;
  /** Whether the upstream has said its last word, whatever it does with its connection. */
  ended(): boolean;
  /**
   * The upstream has ended its answer, or at least its body. Either the last piece, or another
   * request whose answer continues this one. Throws ApiError when the body ended too early.
   */
  end(): Piece | { again: () => Source };
  /** Forgets what the upstream has said, where nothing of it was told; false where it was. */
  restart(): boolean;
  /** The last piece of a transfer that failed. */
  fail(error: ApiError): Piece;
  /** What keeps a silent line alive; the empty string when nothing may be sent just now. */
  beat(): Piece;
  /** Whether the model has begun to answer, which is when a silence becomes a stall. */
  answering(): boolean;
}

/** How long an upstream's connection may stay open behind its last word, in milliseconds. */
const LINGER = 200;

/** How a transfer ended; each ends once. */
export type Outcome = "complete" | "failed" | "cancelled";

export interface TransferOptions {
  source: Source;
  conversion: Conversion;
  patience: Patience;
  /** When the request was accepted, in the milliseconds of `performance.now()`. */
  acceptedAt: number;
  /** Asks anew after a source that failed before the model said anything; null where it may not. */
  again: (cause: unknown) => Source | null;
  /** Closes the upstream connection. */
  abort: (reason: unknown) => void;
  /** Called once, when the transfer has ended. */
  onEnd: (outcome: Outcome, error?: ApiError) => void;
  /** Turns what the upstream leg throws into an error for the client. */
  explain: (cause: unknown) => ApiError;
}

/** A pull-based transfer: `next()` until it gives null, or `cancel()`. */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #clock: ReturnType<typeof setInterval>;
  readonly #tickEvery: number;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #reading = false;
  #opened = false;
  #outcome: Outcome | null = null;
  /** What came while nobody waited: one read's worth and the last piece at most. */
  #ready: Piece[] = [];
  #waiting: ((piece: Piece | null) => void) | null = null;
  /** The opening does not count: it says nothing about the upstream. */
  #lastSent: number;
  #askedAt = performance.now();
  #beats = 0;
  #silentSince: number;
  /** The last read brought an upstream's keep-alive: its process lives, its model may not. */
  #onlyKeepAlive = false;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#lastSent = options.acceptedAt;
    this.#silentSince = performance.now();
    this.#tickEvery = tickOf(options.patience);
    this.#clock = setInterval(() => this.#tick(), this.#tickEvery);
  }

  /** How it ended, or null while it runs. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  /** The next thing to send, or null after the last one. One call at a time. */
  next(): Promise<Piece | null> {
    this.#askedAt = performance.now();
    if (!this.#opened) {
      const piece = this.#open();
      this.#attach(this.#options.source);
      if (piece !== "") return Promise.resolve(piece);
    }
    const ready = this.#ready.shift();
    if (ready !== undefined) return Promise.resolve(this.#sent(ready));
    if (this.#outcome !== null) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#read();
    });
  }

  /** The client left, or the server stops: closes the upstream at once. Harmless after the end. */
  cancel(reason: unknown): void {
    if (this.#outcome !== null) return;
    this.#finish("cancelled");
    this.#options.abort(reason);
    this.#ready = [];
    this.#waiting?.(null);
    this.#waiting = null;
  }

  /** Ends a running transfer with an error that the client is told. */
  failWith(error: ApiError): void {
    if (this.#outcome !== null) return;
    if (!this.#opened) this.#give(this.#open());
    const piece = this.#lastWords(error);
    this.#finish("failed", error);
    this.#options.abort(error);
    this.#give(piece);
  }

  /** A conversion that fails even at this must not take the process with it. */
  #lastWords(error: ApiError): Piece {
    try {
      return this.#options.conversion.fail(error);
    } catch {
      return "";
    }
  }

  #open(): Piece {
    this.#opened = true;
    return this.#options.conversion.open();
  }

  #attach(source: Source): void {
    this.#reading = true;
    this.#silentSince = performance.now();
    source.then((body) => {
      this.#reader = body.getReader();
      this.#reading = false;
      if (this.#outcome !== null) this.#reader.cancel().catch(() => {});
      else if (this.#waiting) this.#read();
    }, this.#onError);
  }

  #read(): void {
    if (this.#reading || this.#reader === null) return;
    this.#reading = true;
    if (!this.#onlyKeepAlive) this.#silentSince = performance.now();
    this.#reader.read().then(this.#onRead, this.#onError);
  }

  readonly #onRead = (result: ReadableStreamReadResult<Uint8Array>): void => {
    this.#reading = false;
    if (this.#outcome !== null) return;
    try {
      if (result.done) return this.#onEnd();
      const { conversion } = this.#options;
      this.#onlyKeepAlive = isKeepAlive(result.value);
      const piece = conversion.push(result.value);
      if (piece !== "") this.#give(piece);
      if (conversion.ended()) this.#leave();
      else if (piece === "") this.#read();
    } catch (error) {
      this.failWith(this.#options.explain(error));
    }
  };

  /** The body's own end mostly follows at once, and a connection that ended well serves again. */
  #leave(): void {
    const reader = this.#reader;
    const close = () => void reader?.cancel().catch(() => {});
    const timer = setTimeout(close, LINGER);
    reader?.read().then(({ done }) => done || close(), () => {}).finally(() => clearTimeout(timer));
    this.#onEnd();
  }

  #onEnd(): void {
    const last = this.#options.conversion.end();
    if (typeof last === "object" && "again" in last) return this.#attach(last.again());
    this.#finish("complete");
    this.#give(last);
  }

  readonly #onError = (cause: unknown): void => {
    this.#reading = false;
    if (this.#outcome !== null) return;
    const { conversion, again, explain } = this.#options;
    const next = conversion.restart() ? again(cause) : null;
    if (next === null) this.failWith(explain(cause));
    else this.#attach(next);
  };

  #give(piece: Piece): void {
    const resolve = this.#waiting;
    if (resolve === null) {
      if (piece !== "") this.#ready.push(piece);
      return;
    }
    this.#waiting = null;
    resolve(piece === "" ? null : this.#sent(piece));
  }

  #sent(piece: Piece): Piece {
    this.#lastSent = performance.now();
    return piece;
  }

  #tick(): void {
    const now = performance.now();
    const { patience, conversion } = this.#options;
    if (this.#waiting === null && now - this.#askedAt > patience.reader) {
      return this.cancel(new Error("the client does not read"));
    }
    const limit = conversion.answering() ? patience.stall : patience.firstByte;
    if (this.#reading && now - this.#silentSince > limit) {
      return this.failWith(stalled(limit, conversion.answering()));
    }
    // Two ticks early: the next one comes one tick later, or a little more on a busy machine.
    const due = (this.#beats === 0 ? patience.firstBeat : patience.beat) - 2 * this.#tickEvery;
    if (this.#waiting === null || now - this.#lastSent < due) return;
    const piece = conversion.beat();
    if (piece === "") return;
    this.#beats++;
    this.#give(piece);
  }

  #finish(outcome: Outcome, error?: ApiError): void {
    this.#outcome = outcome;
    clearInterval(this.#clock);
    this.#options.onEnd(outcome, error);
  }
}
