import { STATUS_CODES } from "node:http";
import type { RecordedRequest } from "./request.ts";
import { type HeadStep, sse, type WholeStep } from "./script.ts";
import { joinBytes, type Wire } from "./wire.ts";

/**
 * Puts one answer on the connection, its parts in their order: HTTP/1.1, whole or in chunks.
 * It has llama-server's manners about connections (seen on 0.7.0): kept after a whole answer,
 * closed after an error with `Connection: close`, closed after a stream although `Keep-Alive`
 * was promised. A part out of order is an Error.
 */
export class AnswerWriter {
  readonly #wire: Wire;
  readonly #closesStreams: boolean;
  readonly #wantsClose: boolean;
  #sent: "nothing" | "head" | "all" = "nothing";
  #reusable = false;
  #complete = false;

  /** Writes the answer to `request`; `closesStreams` as in the fake's options. */
  constructor(wire: Wire, request: RecordedRequest, closesStreams: boolean) {
    this.#wire = wire;
    this.#closesStreams = closesStreams;
    this.#wantsClose = request.headers["connection"]?.toLowerCase() === "close";
  }

  /** How much was sent so far. */
  get sent(): "nothing" | "head" | "all" {
    return this.#sent;
  }

  /** Whether the answer was handed over to its last byte. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** Whether the connection may carry another request. */
  get isReusable(): boolean {
    return this.#complete && this.#reusable;
  }

  /** A whole answer with its length. */
  async whole({ code, headers, body }: WholeStep): Promise<void> {
    this.#expect("nothing", "a whole answer");
    this.#sent = "all";
    const length = { "Content-Length": String(body.length) };
    const head = this.#head(code, { ...headers, ...length });
    this.#complete = await this.#wire.write(joinBytes(head, body));
  }

  /** The head of an answer in chunks. */
  async head({ code, headers }: HeadStep): Promise<void> {
    this.#expect("nothing", "a head");
    this.#sent = "head";
    const chunked = { "Transfer-Encoding": "chunked" };
    await this.#wire.write(this.#head(code, { ...headers, ...chunked }));
  }

  /** One HTTP chunk in one write, with a head before it where none was sent. */
  async chunk(data: Uint8Array): Promise<void> {
    if (this.#sent === "nothing") await this.head(sse.head());
    this.#expect("head", "a chunk");
    await this.#wire.write(frame(data));
  }

  /** Announces a chunk longer than `data` and sends no more than that; before the head nothing. */
  async cutChunk(data: Uint8Array): Promise<void> {
    if (this.#sent === "nothing") return;
    this.#expect("head", "a cut chunk");
    await this.#wire.write(joinBytes(encode(`${(data.length + 64).toString(16)}\r\n`), data));
  }

  /** A last chunk of `data` and the answer's end, in one write. */
  async end(data: Uint8Array): Promise<void> {
    this.#expect("head", "the end");
    this.#sent = "all";
    this.#reusable &&= !this.#closesStreams;
    this.#complete = await this.#wire.write(joinBytes(frame(data), encode("0\r\n\r\n")));
  }

  #expect(state: "nothing" | "head", what: string): void {
    if (this.#sent === state) return;
    throw new Error(`Cannot send ${what}: ${this.#sent} of the answer was sent`);
  }

  #head(code: number, headers: Record<string, string>): Uint8Array {
    this.#reusable = !this.#wantsClose && code < 400;
    const connection = this.#reusable
      ? { "Keep-Alive": "timeout=5, max=100" }
      : { "Connection": "close" };
    const lines = Object.entries({ ...headers, ...connection }).map(([n, v]) => `${n}: ${v}\r\n`);
    return encode(`HTTP/1.1 ${code} ${STATUS_CODES[code] ?? "Unknown"}\r\n${lines.join("")}\r\n`);
  }
}

/** An HTTP chunk. No data is no chunk: an empty one would end the answer. */
function frame(data: Uint8Array): Uint8Array {
  if (data.length === 0) return data;
  return joinBytes(encode(`${data.length.toString(16)}\r\n`), data, encode("\r\n"));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
