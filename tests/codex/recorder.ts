/** A relay in front of llama-server that keeps what Chaski asks, since llama-server itself does not. */

/** The body of a chat request. */
export type ChatBody = Record<string, unknown>;

/** A running relay; `await using` ends it. */
export interface Recorder extends AsyncDisposable {
  /** Its base URL without a slash at the end. */
  readonly url: string;
  /** The chat requests as Chaski sent them, in the order in which they arrived. */
  readonly requests: readonly ChatBody[];
}

/**
 * Starts a relay on a free port of 127.0.0.1. A client that leaves ends its request upstream too.
 *
 * @param edit changes a chat request on its way, after it was recorded
 */
export function startRecorder(
  upstream: string,
  edit: (body: ChatBody) => ChatBody = (body) => body,
): Recorder {
  const requests: ChatBody[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers, signal } = request;
      const target = `${upstream}${pathname}${search}`;
      if (!pathname.endsWith("/chat/completions")) return fetch(target, { method, signal });
      const body: ChatBody = await request.json();
      requests.push(body);
      const type = headers.get("content-type") ?? "application/json";
      return fetch(target, {
        method,
        headers: { "content-type": type },
        body: JSON.stringify(edit(body)),
        signal,
      });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
