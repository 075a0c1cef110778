import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { explainFailure, type Llama, openLlama } from "../../src/upstream/llama.ts";
import { cut, delay, failure, sse, status } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";

const BODY = JSON.stringify({ messages: [{ role: "user", content: "Hello" }], stream: true });

/** A pool that `await using` ends. */
function llamaOf(baseUrl: string): Llama & AsyncDisposable {
  // Zero switches undici's connect timer off, which would outlive a test.
  const llama = openLlama({ baseUrl, key: undefined, connectTimeout: 0 });
  return Object.assign(llama, { [Symbol.asyncDispose]: () => llama.close() });
}

function ask(llama: Llama, signal = new AbortController().signal): Promise<string> {
  return llama.chat(BODY, signal).then((body) => new Response(body).text());
}

/** The error that a client would read. */
async function explained(asking: Promise<unknown>): Promise<ApiError> {
  const cause = await assertRejects(() => asking);
  const error = explainFailure(cause);
  assertInstanceOf(error, ApiError);
  for (const text of ["127.0.0.1", "undici", "node:", "Error:", "\n"]) {
    assert(!error.message.includes(text), error.message);
  }
  return error;
}

Deno.test("Llama.chat() gives the stream of llama-server", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  const text = await ask(llama);
  assert(text.includes("Hello") && text.endsWith("data: [DONE]\n\n"));
  const [request] = fake.requests;
  assertEquals([request?.method, request?.path], ["POST", "/v1/chat/completions"]);
  assertEquals(request?.bodyText, BODY);
});

Deno.test("Llama.chat() asks below the path of the base URL", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(`${fake.url}/proxy/`);
  const error = await explained(ask(llama));
  assertEquals(fake.others[0]?.path, "/proxy/v1/chat/completions");
  assertEquals([error.status, error.code, error.source], [501, "not_supported", "upstream"]);
  assert(error.message.includes("--upstream"));
});

Deno.test("explainFailure() says that nobody listens [OT43]", async () => {
  const fake = await FakeLlama.start();
  await fake.down();
  await using llama = llamaOf(fake.url);
  const error = await explained(ask(llama));
  assertEquals([error.status, error.code, error.source], [502, "upstream_unreachable", "upstream"]);
  assert(error.message.includes("--upstream"));
});

Deno.test("explainFailure() says that a host name is unknown [OT43]", async () => {
  await using llama = llamaOf("http://nowhere.invalid:9");
  const error = await explained(ask(llama));
  assertEquals([error.status, error.code], [502, "upstream_unreachable"]);
});

Deno.test("explainFailure() says that a connection was not answered in time [OT43]", () => {
  const cause = Object.assign(new Error("Connect Timeout Error (attempted address: 10.0.0.1:9)"), {
    code: "UND_ERR_CONNECT_TIMEOUT",
  });
  const error = explainFailure(new TypeError("fetch failed", { cause }));
  assertEquals([error.status, error.code], [502, "upstream_unreachable"]);
  assert(!error.message.includes("10.0.0.1"));
});

Deno.test("explainFailure() says that llama-server died before its answer [OT44]", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  fake.reply(cut());
  const error = await explained(ask(llama));
  assertEquals([error.status, error.code], [502, "upstream_disconnected"]);
});

Deno.test("explainFailure() says that llama-server died in its answer [OT44]", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  fake.reply(sse.head(), sse.raw("data: {}\n\n"), cut("data: {"));
  const error = await explained(ask(llama));
  assertEquals([error.status, error.code], [502, "upstream_disconnected"]);
});

for (
  const [what, bytes] of [
    ["no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["a broken header", "HTTP/1.1 200 OK\r\nbroken header\r\n\r\n"],
    ["a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ] as const
) {
  Deno.test(`explainFailure() says that it was answered by ${what} [OT45]`, async () => {
    await using server = rawServer(bytes);
    await using llama = llamaOf(server.url);
    const error = await explained(ask(llama));
    assertEquals(error.status, 502);
    assertEquals(error.source, "upstream");
  });
}

/** Answers every connection with these bytes. */
function rawServer(bytes: string): AsyncDisposable & { url: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const conns = new Set<Deno.Conn>();
  const serving = (async () => {
    for await (const conn of listener) {
      conns.add(conn);
      await conn.read(new Uint8Array(4096));
      await conn.write(new TextEncoder().encode(bytes));
    }
  })().catch(() => {});
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of conns) conn.close();
      await serving;
    },
  };
}

Deno.test("explainFailure() keeps an ApiError, and the cause of everything else for the log [OT48]", () => {
  const known = new ApiError("Cannot go on.", { status: 400, type: "x" });
  assertEquals(explainFailure(known), known);
  for (const cause of [new Error("secret"), "text", null, undefined, { code: "ECONNRESET" }]) {
    const error = explainFailure(cause);
    assertEquals([error.status, error.code, error.cause], [502, "upstream_error", cause]);
    assert(!error.message.includes("secret"));
  }
});

Deno.test("explainFailure() says that a line was too long", () => {
  const error = explainFailure(new RangeError("Cannot read the event: its line exceeds"));
  assertEquals([error.status, error.code], [502, "upstream_garbled"]);
});

Deno.test("Llama.chat() explains an error of llama-server", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  fake.reply(failure(503, "unavailable_error", "Loading model"));
  const error = await assertRejects(() => ask(llama), ApiError);
  assertEquals([error.status, error.code, error.retryAfter], [503, "model_loading", 2]);
});

Deno.test("Llama.chat() reads no more of an error than it needs", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  const endless = Array.from({ length: 400 }, () => sse.raw("x".repeat(64 * 1024)));
  fake.reply({ ...sse.head(500), headers: { "Content-Type": "text/html" } }, endless);
  const error = await assertRejects(() => ask(llama), ApiError);
  assertEquals(error.status, 502);
  assert(error.message.length < 600);
  await (await fake.nextRequest()).hungUp();
});

for (
  const [what, script] of [
    ["JSON", status(200, { choices: [{ message: { content: "Hello" } }] })],
    ["a page", status(200, "<html></html>", { "Content-Type": "text/html" })],
    ["gzip", [
      sse.head(200, { "Content-Encoding": "gzip" }),
      sse.raw(new Uint8Array([0x1f, 0x8b, 8, 0])),
      delay(20),
    ]],
  ] as const
) {
  Deno.test(`Llama.chat() refuses a 200 with ${what}`, async () => {
    await using fake = await FakeLlama.start();
    await using llama = llamaOf(fake.url);
    fake.reply(script);
    const error = await assertRejects(() => ask(llama), ApiError);
    assertEquals([error.status, error.code], [502, "upstream_garbled"]);
  });
}

Deno.test("Llama.chat() takes an event stream with a charset, or without a type", async () => {
  await using server = rawServer(
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\ndata: ",
  );
  await using llama = llamaOf(server.url);
  assertEquals(await ask(llama), "data: ");
  await using fake = await FakeLlama.start();
  await using other = llamaOf(fake.url);
  fake.reply(sse.head(200, { "Content-Type": "Text/Event-Stream; charset=utf-8" }), sse.done());
  assertEquals(await ask(other), "data: [DONE]\n\n");
});

for (const phase of ["queued", "reading", "answering"] as const) {
  Deno.test(`Llama.chat() closes the connection at once when it is aborted while ${phase}`, async () => {
    await using fake = await FakeLlama.start();
    await using llama = llamaOf(fake.url);
    const head = phase === "queued" ? [] : [sse.head()];
    fake.reply(head, phase === "answering" ? sse.raw("data: {}\n\n") : [], { kind: "silence" });
    const leave = new AbortController();
    const asking = ask(llama, leave.signal);
    const request = await fake.nextRequest();
    if (phase !== "queued") await new Promise((resolve) => setTimeout(resolve, 50));
    const before = performance.now();
    leave.abort();
    await assertRejects(() => asking);
    assert(await request.hungUp() - before < 1000);
  });
}

Deno.test("Llama.chat() closes the connection when its body is cancelled", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  fake.reply(sse.head(), sse.raw("data: {}\n\n"), { kind: "silence" });
  const body = await llama.chat(BODY, new AbortController().signal);
  const request = await fake.nextRequest();
  await body.cancel();
  await request.hungUp();
});

Deno.test("Llama.chat() survives a kept connection that was closed under its feet", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  for (let i = 0; i < 20; i++) assert((await ask(llama)).endsWith("data: [DONE]\n\n"));
  assertEquals(fake.requests.length, 20);
});

Deno.test("Llama.chat() asks again for nothing that llama-server had begun to answer", async () => {
  await using fake = await FakeLlama.start({ closesStreams: false });
  await using llama = llamaOf(fake.url);
  await keepConnections(llama);
  const before = fake.requests.length;
  fake.reply(sse.head(), sse.raw("data: {}\n\n"), cut());
  await assertRejects(() => ask(llama));
  assertEquals(fake.requests.length - before, 1);
});

Deno.test("Llama.chat() asks again once for a request that died at once on a kept connection", async () => {
  await using fake = await FakeLlama.start({ closesStreams: false });
  await using llama = llamaOf(fake.url);
  await keepConnections(llama);
  const before = fake.requests.length;
  fake.reply(cut());
  fake.reply(cut());
  await assertRejects(() => ask(llama));
  assertEquals(fake.requests.length - before, 2);
});

Deno.test("Llama.chat() asks again for no request that may have been at work [H17]", async () => {
  await using fake = await FakeLlama.start({ closesStreams: false });
  await using llama = llamaOf(fake.url);
  await keepConnections(llama);
  const before = fake.requests.length;
  fake.reply(delay(1200), cut());
  await assertRejects(() => ask(llama));
  assertEquals(fake.requests.length - before, 1);
});

/** Asks until a further request goes over a connection that is already there. */
async function keepConnections(llama: Llama): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await ask(llama);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("Llama.getJson() refuses what is no JSON", async () => {
  await using fake = await FakeLlama.start();
  await using llama = llamaOf(fake.url);
  fake.always("GET /props", status(200, "<html>", { "Content-Type": "text/html" }));
  const { signal } = new AbortController();
  const error = await assertRejects(() => llama.getJson("/props", signal), ApiError);
  assertEquals([error.status, error.code], [502, "upstream_garbled"]);
  assertEquals((await llama.getJson("/health", signal) as { status: string }).status, "ok");
});
