/**
 * The only file that sees undici and Node's streams: HTTP to llama-server as web streams.
 *
 * undici, because Deno's own fetch hands over one buffer per HTTP chunk and zeroes 64 KB for each
 * (18-21 µs per token against 2-3 µs here; docs/performance.md).
 */
import { Agent, type Dispatcher, errors } from "undici";

/** An answer's head, with the body still to be read. Read or cancel the body, always. */
export interface UpstreamResponse {
  status: number;
  /** Lower-case names; repeated headers are joined by a comma. */
  headers: ReadonlyMap<string, string>;
  /** Pull-based, nothing is read ahead. One read hands over all that has arrived. */
  body: ReadableStream<Uint8Array>;
}

/** One request to the upstream. */
export interface UpstreamRequest {
  method: "GET" | "POST";
  /** Path below the base URL, beginning with a slash. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Aborting closes the connection, which is how llama-server learns of it. */
  signal: AbortSignal;
}

/** A pool of connections to one base URL. */
export interface UpstreamHttp {
  /** Resolves with the head; rejects with undici's error or the signal's reason. */
  send(request: UpstreamRequest): Promise<UpstreamResponse>;
  /** Ends every connection, also those in use. */
  destroy(): Promise<void>;
}

/**
 * Opens a pool. Silence is not bounded here, because only the caller knows whether llama-server
 * queues, reads a prompt or decodes.
 *
 * @param baseUrl origin and path prefix without a trailing slash
 * @param connectTimeout milliseconds for TCP (and TLS) to be established
 */
export function openUpstream(
  baseUrl: string,
  { connectTimeout, key }: { connectTimeout: number; key?: string | undefined },
): UpstreamHttp {
  const { origin, pathname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/+$/, "");
  const agent = new Agent({
    connect: { timeout: connectTimeout },
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 1,
  });
  const authorization: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  return {
    async send({ method, path, headers, body, signal }) {
      const request = {
        origin,
        path: prefix + path,
        method: method as Dispatcher.HttpMethod,
        headers: { ...authorization, ...headers },
        body: body ?? null,
        signal,
      };
      const sentAt = performance.now();
      const answer = await agent.request(request).catch((cause) => {
        if (!closedWhileIdle(cause) || performance.now() - sentAt > AT_ONCE) throw cause;
        return agent.request({ ...request, reset: true });
      });
      return {
        status: answer.statusCode,
        headers: headerMap(answer.headers),
        body: webStream(answer.body),
      };
    },
    destroy: () => agent.destroy(),
  };
}

/** Milliseconds. A connection that dies later has carried the request, which may be at work. */
const AT_ONCE = 1_000;

/**
 * Whether a kept connection was closed under a new request's feet, before any answer to it.
 * llama-server closes after every stream without saying so: 4 to 12 of 400 requests met that.
 */
function closedWhileIdle(cause: unknown): boolean {
  return cause instanceof errors.SocketError && (cause.socket?.bytesRead ?? 0) > 0;
}

function headerMap(headers: Record<string, string | string[] | undefined>) {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return map;
}

/**
 * Node's stream as a web stream. Each pull takes all that has arrived: undici buffers one piece per
 * HTTP chunk, which is one token, and handing those on one by one costs three times as much.
 */
function webStream(body: Dispatcher.ResponseData["body"]): ReadableStream<Uint8Array> {
  let wake = () => {};
  let failure: Error | null = null;
  let ended = false;
  body.on("readable", () => wake());
  body.on("end", () => {
    ended = true;
    wake();
  });
  body.on("error", (error: Error) => {
    failure = error;
    wake();
  });
  body.on("close", () => {
    ended = true;
    wake();
  });
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const bytes = takeAll(body);
        if (bytes !== null) return controller.enqueue(bytes);
        if (failure !== null) throw failure;
        if (ended) return controller.close();
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    cancel() {
      body.destroy();
    },
  }, { highWaterMark: 0 });
}

function takeAll(body: Dispatcher.ResponseData["body"]): Uint8Array | null {
  const first: Uint8Array | null = body.read();
  if (first === null) return null;
  const pieces = [first];
  let size = first.length;
  for (let next: Uint8Array | null; (next = body.read()) !== null;) {
    pieces.push(next);
    size += next.length;
  }
  if (pieces.length === 1) return first;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
