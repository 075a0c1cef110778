/** The WebSocket of Responses where somebody leaves, sleeps, must not enter, or has to go. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { serveSocket } from "../../src/http/socket.ts";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { delta, ending, opening, stream } from "../fake_llama/answers.ts";
import { PHASES } from "../fake_llama/phases.ts";
import { live, silence } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import {
  codeOf,
  type Message,
  openClient,
  responseOf,
  type SocketClient,
} from "./socket_client.ts";
import { errorOf, testApp } from "./test_app.ts";

async function until(client: SocketClient, type: string): Promise<Message> {
  for (;;) {
    const message = await client.next();
    if (message.type === type) return message;
  }
}

/** Milliseconds within which a closed socket reaches llama-server. */
const SOON = 1_500;

for (const [phase, script] of Object.entries(PHASES)) {
  Deno.test(`closing a socket ends the work of llama-server ${phase}`, async () => {
    await using fake = await FakeLlama.start();
    await using chaski = await startChaski({ upstream: fake.url });
    using client = await openClient(chaski.url);
    fake.reply(script);
    client.create({ input: "Hello" });
    const request = await fake.nextRequest();
    if (phase === "while the model answers") await until(client, "response.output_text.delta");
    const leftAt = performance.now();
    client.close();
    assert(await request.hungUp() - leftAt < SOON);
    const { status, outcome } = await chaski.logged(({ method }) => method === "WS");
    assertEquals([status, outcome], [499, "cancelled"]);
    assertEquals(chaski.log().filter(({ level }) => level !== "INFO"), []);
  });
}

Deno.test("closing a socket gives its place in the queue back", async () => {
  await using fake = await FakeLlama.start({ slots: 1 });
  await using chaski = await startChaski({ upstream: fake.url });
  using first = await openClient(chaski.url);
  using second = await openClient(chaski.url);
  using third = await openClient(chaski.url);
  fake.reply(opening(), live());
  first.create({ input: "First" });
  const request = await fake.nextRequest();
  second.create({ input: "Second" });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const turn = third.turn({ input: "Third" });
  second.close();
  await second.closed;
  await request.send(delta({ content: "Done." }), ending());
  responseOf(await turn);
  assertEquals(fake.requests.length, 2);
});

Deno.test("a silent turn on a socket is kept alive by events", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  using client = await openClient(chaski.url);
  fake.reply(live());
  client.create({ input: "Hello" });
  const request = await fake.nextRequest();
  await until(client, "response.created");
  await until(client, "response.in_progress");
  const beat = await until(client, "response.in_progress");
  assertEquals([beat.sequence_number, beat["chaski"]], [2, { phase: "waiting" }]);
  await request.send(opening(), delta({ content: "Done." }), ending());
  await until(client, "response.completed");
});

const MB = 1024 * 1024;

/** A client's frame of text, masked with zeros; its length fits into 7 bits. */
function frame(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  assert(bytes.length < 126);
  return new Uint8Array([0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes]);
}

/** A connection that asks for an answer and never reads. */
async function askAndSleep({ url }: Chaski): Promise<Deno.Conn> {
  const { hostname, port, host } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    "GET /v1/responses HTTP/1.1",
    `host: ${host}`,
    "connection: Upgrade",
    "upgrade: websocket",
    "sec-websocket-version: 13",
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  await conn.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  await conn.read(new Uint8Array(1024));
  await conn.write(frame(JSON.stringify({ type: "response.create", input: "Hello" })));
  return conn;
}

Deno.test("a socket that is not read makes llama-server wait", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  fake.reply(opening(), live());
  using conn = await askAndSleep(chaski);
  const request = await fake.nextRequest();
  const piece = delta({ content: "words and words. ".repeat(3000) });
  let taken = 0;
  for (; taken < 100 * MB; taken += 51_000) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), 1000);
    });
    const first = await Promise.race([request.send(piece), late]);
    clearTimeout(timer);
    if (first === "late") break;
  }
  assert(taken < 50 * MB, `${taken / MB} MB were taken`);
  const leftAt = performance.now();
  conn.close();
  assert(await request.hungUp() - leftAt < SOON);
});

Deno.test("a socket that asks without end and never reads is let go", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  fake.reply(opening(), live());
  using conn = await askAndSleep(chaski);
  const request = await fake.nextRequest();
  const many = new Uint8Array(Array(500).fill([...frame("{}")]).flat());
  let over = false;
  const gone = request.hungUp(20_000).finally(() => over = true);
  for (let i = 0; i < 500 && !over; i++) await conn.write(many);
  await gone;
});

Deno.test("a socket is opened by those who may ask, and by no foreign page", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url, env: { CHASKI_API_KEY: "right" } });
  await assertRejects(() => openClient(chaski.url));
  await assertRejects(() => openClient(chaski.url, { authorization: "Bearer wrong" }));
  const authorization = "Bearer right";
  await assertRejects(() =>
    openClient(chaski.url, { authorization, "sec-fetch-site": "cross-site" })
  );
  using client = await openClient(chaski.url, { authorization });
  responseOf(await client.turn({ input: "Hello" }));
});

/** A server of nothing but sockets that live so long. */
async function shortLived(lifetime: number) {
  const app = await testApp();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    serveSocket(socket, { headers: new Headers(), services: app.services, lifetime });
    return response;
  });
  return {
    ...app,
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await app[Symbol.asyncDispose]();
    },
  };
}

Deno.test("serveSocket() ends a connection that has lived long enough, idle or after its response", async () => {
  await using app = await shortLived(300);
  using idle = await openClient(app.url);
  using busy = await openClient(app.url);
  app.fake.reply(opening(), live());
  busy.create({ input: "Hello" });
  const request = await app.fake.nextRequest();
  assertEquals(codeOf([await idle.next()]), "websocket_connection_limit_reached");
  assertEquals(await idle.closed, 1000);
  await request.send(delta({ content: "Done." }), ending());
  await until(busy, "response.completed");
  assertEquals(codeOf([await busy.next()]), "websocket_connection_limit_reached");
  assertEquals(await busy.closed, 1000);
  // The server's side hears of its own close a moment later.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals([app.services.sockets.size, app.services.transfers.size], [0, 0]);
});

Deno.test("a signal closes idle sockets at once and lets a running response end", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({
    upstream: fake.url,
    env: { CHASKI_TIMEOUTS_GRACE: "20" },
  });
  using idle = await openClient(chaski.url);
  using busy = await openClient(chaski.url);
  fake.reply(opening(), live());
  busy.create({ input: "Hello" });
  const request = await fake.nextRequest();
  chaski.kill("SIGTERM");
  assertEquals(await idle.closed, 1001);
  await assertRejects(() => openClient(chaski.url));
  const refused = await fetch(`${chaski.url}/v1/models`);
  assertEquals((await errorOf(refused)).code, "server_shutting_down");
  await request.send(delta({ content: "Done." }), ending());
  await until(busy, "response.completed");
  assertEquals(await busy.closed, 1001);
  assertEquals(await chaski.exited, 0);
});

Deno.test("a signal cuts a response off that does not end in time, and closes its socket", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({
    upstream: fake.url,
    env: { CHASKI_TIMEOUTS_GRACE: "0.3" },
  });
  using client = await openClient(chaski.url);
  fake.reply(stream({ text: "One two", finish: null }), silence());
  client.create({ input: "Hello" });
  const request = await fake.nextRequest();
  await until(client, "response.output_text.delta");
  chaski.kill("SIGTERM");
  const { response } = await until(client, "response.failed");
  assertEquals(response?.error?.code, "server_shutting_down");
  assertEquals(await client.closed, 1001);
  await request.hungUp();
  assertEquals(await chaski.exited, 0);
});

Deno.test("a signal does not wait for a socket that is not read", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({
    upstream: fake.url,
    env: { CHASKI_TIMEOUTS_GRACE: "20" },
  });
  using _deaf = await askAndSleep(chaski);
  await chaski.logged(({ outcome, method }) => method === "WS" && outcome === "complete");
  const before = performance.now();
  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
  assert(performance.now() - before < 5000);
});
