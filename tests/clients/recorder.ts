/** Relays that keep what one program asks of another: Chaski of llama-server, Codex of Chaski. */

/** A request's JSON. */
export type JsonBody = Record<string, unknown>;

/** A request that passed. */
export interface PassedRequest {
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonBody;
}

/** A running relay in front of llama-server; `await using` ends it. */
export interface Recorder extends AsyncDisposable {
  /** Its base URL without a slash at the end. */
  readonly url: string;
  /** The chat requests as Chaski sent them, in the order in which they arrived. */
  readonly requests: readonly JsonBody[];
}

/**
 * Starts a relay of chat requests, since llama-server itself keeps none.
 *
 * @param edit changes a chat request on its way, after it was recorded
 */
export function startRecorder(
  upstream: string,
  edit?: (body: JsonBody) => JsonBody,
): Recorder {
  const relay = startRelay(upstream, "/chat/completions", edit);
  return {
    url: relay.url,
    get requests() {
      return relay.requests.map(({ body }) => body);
    },
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  };
}

/** A running relay; `await using` ends it. */
export interface Relay extends AsyncDisposable {
  /** Its base URL without a slash at the end. */
  readonly url: string;
  /** The requests to the path, in the order in which they arrived. */
  readonly requests: readonly PassedRequest[];
}

/**
 * Starts a relay on a free port of 127.0.0.1. A client that leaves ends its request upstream too.
 *
 * @param path the end of the path whose requests are kept; others pass unseen
 * @param edit changes such a request's body on its way, after it was recorded
 */
export function startRelay(
  upstream: string,
  path: string,
  edit: (body: JsonBody) => JsonBody = (body) => body,
): Relay {
  const requests: PassedRequest[] = [];
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      onListen() {},
      // Without a word: whoever asked will tell what failed.
      onError: () => new Response(null, { status: 502 }),
    },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, signal } = request;
      let body = await request.text();
      if (method === "POST" && pathname.endsWith(path)) {
        const parsed: JsonBody = JSON.parse(body);
        requests.push({ headers: Object.fromEntries(request.headers), body: parsed });
        body = JSON.stringify(edit(parsed));
      }
      const headers = new Headers(request.headers);
      // They belong to the connection, and fetch sets its own.
      for (const name of ["host", "content-length", "connection"]) headers.delete(name);
      const sent = body === "" ? null : body;
      return fetch(`${upstream}${pathname}${search}`, { method, headers, signal, body: sent });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
