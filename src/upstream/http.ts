/**
 * The only file that sees undici and Node's streams: HTTP to llama-server as web streams.
 *
 * undici, because Deno's own fetch hands over one buffer per HTTP chunk and zeroes 64 KB for each
 * (18-21 µs per token against 2-3 µs here; docs/performance.md).
 */
import { Agent, type Dispatcher } from "undici";

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
  /**
   * Asks for the connection to be closed after the answer. llama-server closes it after every
   * stream without saying so, and a request sent meanwhile is lost (12 of 400 under load).
   */
  oneShot?: boolean;
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
    async send({ method, path, headers, body, signal, oneShot = false }) {
      const answer = await agent.request({
        origin,
        path: prefix + path,
        method: method as Dispatcher.HttpMethod,
        headers: { ...authorization, ...headers },
        body: body ?? null,
        signal,
        reset: oneShot,
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

function headerMap(headers: Record<string, string | string[] | undefined>) {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return map;
}

function webStream(body: Dispatcher.ResponseData["body"]): ReadableStream<Uint8Array> {
  // Without a listener, an abort between two reads would be an uncaught exception.
  body.on("error", () => {});
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array);
    },
    cancel() {
      body.destroy();
    },
  }, { highWaterMark: 0 });
}
