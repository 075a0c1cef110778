/**
 * A client on a bare connection. Deno's fetch will not do where a client has to leave: a signal of
 * its own may be collected in a long wait, and then `abort()` closes nothing.
 */
export interface RawClient {
  /** Resolves with `performance.now()` when the answer's head has come. */
  head: Promise<number>;
  /** Resolves with `performance.now()` when the first byte behind the head has come. */
  firstByte: Promise<number>;
  /** Everything that came so far, head and chunks as they were. */
  text(): string;
  /** Closes the connection; gives the `performance.now()` of that. Harmless when repeated. */
  leave(): Promise<number>;
}

/** How long a byte is waited for, in milliseconds. */
const LIMIT = 60_000;

/** Posts JSON in one write, and reads until the answer ends or the client leaves. */
export async function rawPost(url: string, body: unknown): Promise<RawClient> {
  const { hostname, port, host, pathname } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const start =
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  const request = new Uint8Array([...new TextEncoder().encode(start), ...bytes]);
  for (let at = 0; at < request.length;) at += await conn.write(request.subarray(at));

  const head = Promise.withResolvers<number>();
  const firstByte = Promise.withResolvers<number>();
  let text = "";
  const end = (why: string) => {
    for (const waiting of [head, firstByte]) waiting.reject(new Error(`${why}: ${text}`));
  };
  for (const { promise } of [head, firstByte]) promise.catch(() => {});
  const limit = setTimeout(() => end("Cannot wait for ever"), LIMIT);
  const reading = (async () => {
    const decoder = new TextDecoder();
    const space = new Uint8Array(64 * 1024);
    for (let size; (size = await conn.read(space).catch(() => null)) !== null;) {
      text += decoder.decode(space.subarray(0, size), { stream: true });
      const at = text.indexOf("\r\n\r\n");
      if (at < 0) continue;
      head.resolve(performance.now());
      if (text.length > at + 4) firstByte.resolve(performance.now());
      // Only the beginning is of interest, and an answer may be long.
      if (text.length > 1_000_000) text = text.slice(0, 500_000);
    }
    clearTimeout(limit);
    end("The connection has ended");
  })();
  let left: Promise<number> | undefined;
  return {
    head: head.promise,
    firstByte: firstByte.promise,
    text: () => text,
    leave: () =>
      left ??= (async () => {
        const leftAt = performance.now();
        conn.close();
        await reading;
        return leftAt;
      })(),
  };
}
