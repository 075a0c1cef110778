/**
 * The reference: the least that a gateway on Deno can do. It hands requests and responses through
 * unread, so the bytes of a stream never enter JavaScript.
 *
 *     deno run -A tests/bench/passthrough.ts UPSTREAM_URL
 */

const [upstream] = Deno.args;
if (!upstream) throw new Error("Cannot start the passthrough: it needs the upstream's URL");

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`passthrough listening on http://127.0.0.1:${port}`),
}, async (request) => {
  const { pathname } = new URL(request.url);
  const answer = await fetch(new URL(pathname, upstream), {
    method: request.method,
    headers: { "content-type": "application/json" },
    body: request.body,
    signal: request.signal,
  });
  return new Response(answer.body, {
    status: answer.status,
    headers: { "content-type": answer.headers.get("content-type") ?? "" },
  });
});
