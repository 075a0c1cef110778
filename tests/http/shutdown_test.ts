/** How Chaski ends: in order within its grace time, at once when asked twice. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ResponseEvent } from "../../src/protocol/responses/output/events.ts";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { delta, ending, opening, stream } from "../fake_llama/answers.ts";
import { live, silence } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { collect } from "../sse_reader.ts";
import { ALL_ROUTES } from "./test_app.ts";

function startWithGrace(fake: FakeLlama, seconds: number): Promise<Chaski> {
  return startChaski({ upstream: fake.url, env: { CHASKI_TIMEOUTS_GRACE: String(seconds) } });
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body) });
}

async function exitsWithin(chaski: Chaski, ms: number): Promise<number> {
  const before = performance.now();
  const code = await chaski.exited;
  const took = performance.now() - before;
  assert(took < ms, `it took ${took} ms to end`);
  return code;
}

Deno.test("a signal lets a running stream end, and nobody new in", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startWithGrace(fake, 20);
  fake.reply(opening(), delta({ content: "One " }), live());
  const response = await post(`${chaski.url}/v1/responses`, { input: "Hello", stream: true });
  const request = await fake.nextRequest();
  chaski.kill("SIGTERM");
  await chaski.logged(({ message }) => message.startsWith("SIGTERM"));
  await assertRejects(() => fetch(`${chaski.url}/healthz`), TypeError);
  await request.send(delta({ content: "two." }), ending());
  const { events } = await collect(response);
  const last = events.at(-1)?.data as ResponseEvent;
  assert(last.type === "response.completed");
  assertEquals(await exitsWithin(chaski, 3000), 0);
  assertEquals(chaski.log().at(-1)?.message, "chaski has stopped");
});

for (const { path, body } of ALL_ROUTES) {
  Deno.test(`a signal cuts ${path} off that does not end in time, and says so`, async () => {
    await using fake = await FakeLlama.start();
    await using chaski = await startWithGrace(fake, 0.3);
    fake.reply(stream({ text: "One two", finish: null }), silence());
    const response = await post(chaski.url + path, { ...body, stream: true });
    const request = await fake.nextRequest();
    chaski.kill("SIGINT");
    const { events, rest } = await collect(response);
    assertEquals(rest, "");
    const told = events.filter(({ raw }) => raw.includes("Chaski is shutting down"));
    assertEquals([told.length, told[0] === events.at(-1)], [1, true]);
    if (path === "/v1/responses") assertEquals(events.at(-1)?.event, "response.failed");
    await request.hungUp();
    assertEquals(await exitsWithin(chaski, 3000), 0);
    const lines = chaski.log().filter(({ outcome }) => outcome !== undefined);
    assertEquals(lines.map(({ outcome, code }) => [outcome, code]), [
      ["failed", "server_shutting_down"],
    ]);
  });
}

Deno.test("a signal waits for no client that does not read or has not sent its request", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startWithGrace(fake, 0.3);
  const { hostname, port, host } = new URL(chaski.url);
  const connect = () => Deno.connect({ hostname, port: Number(port) });
  const send = (conn: Deno.Conn, text: string) => conn.write(new TextEncoder().encode(text));
  using deaf = await connect();
  fake.reply(opening(), live());
  const body = JSON.stringify({ input: "Hello", stream: true });
  const head =
    `POST /v1/responses HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${body.length}\r\n\r\n`;
  await send(deaf, head + body);
  const request = await fake.nextRequest();
  void request.send(Array(3000).fill(delta({ content: "x".repeat(5000) })));
  using slow = await connect();
  await send(slow, head + body.slice(0, 5));
  using half = await connect();
  await send(half, head.slice(0, 20));
  using _idle = await connect();
  await new Promise((resolve) => setTimeout(resolve, 300));
  chaski.kill("SIGTERM");
  assertEquals(await exitsWithin(chaski, 3000), 0);
});

Deno.test("a second signal ends it at once", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startWithGrace(fake, 60);
  fake.reply(stream({ text: "One two", finish: null }), silence());
  const response = await post(`${chaski.url}/v1/responses`, { input: "Hello", stream: true });
  const breaksOff = assertRejects(() => response.text());
  chaski.kill("SIGTERM");
  await chaski.logged(({ message }) => message.startsWith("SIGTERM"));
  chaski.kill("SIGTERM");
  assertEquals(await exitsWithin(chaski, 2000), 130);
  await breaksOff;
});

Deno.test("a signal ends an idle Chaski at once, with an idle client and a dead upstream", async () => {
  const fake = await FakeLlama.start();
  await using chaski = await startWithGrace(fake, 60);
  await (await fetch(`${chaski.url}/healthz`)).text();
  await fake[Symbol.asyncDispose]();
  chaski.kill("SIGINT");
  assertEquals(await exitsWithin(chaski, 2000), 0);
  assertEquals(chaski.stdout(), `chaski listening on ${chaski.url}\n`);
});
