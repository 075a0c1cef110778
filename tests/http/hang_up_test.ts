/** Clients that leave: what llama-server learns of it and when, and what the log says. */
import { assert, assertEquals } from "@std/assert";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { stream } from "../fake_llama/answers.ts";
import type { RecordedRequest } from "../fake_llama/request.ts";
import { PHASES } from "../fake_llama/phases.ts";
import { silence, sse } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { type RawClient, rawPost } from "./raw_client.ts";
import { ALL_ROUTES, ROUTES } from "./test_app.ts";

/** Milliseconds within which a hang-up reaches llama-server once the answer's head is out. */
const SOON = 1_500;
/** The head is out this long after acceptance; until then Deno 2.9.6 may not notice a hang-up. */
const HEAD_AFTER = 2000;

interface Stage extends AsyncDisposable {
  fake: FakeLlama;
  chaski: Chaski;
}

async function stage(env: Record<string, string> = {}, slots = 32): Promise<Stage> {
  // More slots than requests, but for the test of the queue.
  const fake = await FakeLlama.start({ slots });
  const chaski = await startChaski({ upstream: fake.url, env });
  return {
    fake,
    chaski,
    async [Symbol.asyncDispose]() {
      await chaski[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

async function cancelled(chaski: Chaski, count: number): Promise<void> {
  const lines = () => chaski.log().filter(({ outcome }) => outcome !== undefined);
  const end = performance.now() + 5000;
  while (lines().length < count && performance.now() < end) await sleep(10);
  assertEquals(
    lines().map(({ outcome, status, level }) => [outcome, status, level]),
    Array(count).fill(["cancelled", 499, "INFO"]),
  );
  // What is not the start, the model or a request would be a complaint.
  assertEquals(chaski.log().length, count + 2, chaski.stderr());
  for (const word of ["    at ", "Abort", "Error", "rejection"]) {
    assert(!chaski.stderr().includes(word), chaski.stderr());
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("a client that leaves is gone from llama-server at once, and is one line in the log [H05]", async () => {
  await using on = await stage();
  await using sleepy = await stage();
  let count = 0;
  for (const { path, body } of ALL_ROUTES) {
    for (const streams of [true, false]) {
      for (const [phase, script] of Object.entries(PHASES)) {
        on.fake.reply(script);
        const client = await rawPost(on.chaski.url + path, { ...body, stream: streams });
        const request = await on.fake.nextRequest();
        await sleep(50);
        const leftAt = await client.leave();
        const closedAt = await request.hungUp();
        assert(closedAt - leftAt < SOON, `${path} ${streams} ${phase}: ${closedAt - leftAt} ms`);
        count++;
      }
    }
  }
  await cancelled(on.chaski, count);
  await leavesLate(sleepy);
});

/** The same for requests of many packets, and behind the time at which the head goes out. */
async function leavesLate({ fake, chaski }: Stage): Promise<void> {
  const long = "long ".repeat(100_000);
  const requests: { at: number; request: RecordedRequest; client: RawClient }[] = [];
  for (const { path, body } of ALL_ROUTES) {
    for (const streams of [true, false]) {
      for (const at of [300, HEAD_AFTER + 300]) {
        fake.reply(silence());
        const client = await rawPost(chaski.url + path, {
          ...body,
          instructions: long,
          stream: streams,
        });
        requests.push({ at, client, request: await fake.nextRequest() });
      }
    }
  }
  await Promise.all(requests.map(async ({ at, client, request }) => {
    await sleep(at);
    const leftAt = await client.leave();
    const closedAt = await request.hungUp();
    const limit = Math.max(0, HEAD_AFTER - at) + SOON;
    assert(closedAt - leftAt < limit, `left after ${at} ms: ${closedAt - leftAt} ms`);
  }));
  await cancelled(chaski, requests.length);
}

Deno.test("a client that leaves while it sends its request is one line in the log", async () => {
  await using on = await stage();
  const port = Number(new URL(on.chaski.url).port);
  for (const length of ["content-length: 1000", "transfer-encoding: chunked"]) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = `POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1\r\n${length}\r\n\r\n5\r\n{"inp`;
    await conn.write(new TextEncoder().encode(head));
    await sleep(100);
    conn.close();
  }
  await cancelled(on.chaski, 2);
  assertEquals(on.fake.requests.length, 0);
});

Deno.test("a client that leaves is noticed although much garbage was collected meanwhile", async () => {
  // A small heap, so that garbage is collected all the time; a listener, too, that nothing holds but
  // the signal it listens to.
  await using on = await stage({
    DENO_V8_FLAGS: "--max-semi-space-size=1,--max-old-space-size=80",
  });
  const waiting: { client: RawClient; request: RecordedRequest }[] = [];
  for (const { path, body } of ALL_ROUTES) {
    for (const streams of [true, false]) {
      for (const script of Object.values(PHASES)) {
        on.fake.reply(script);
        const client = await rawPost(on.chaski.url + path, { ...body, stream: streams });
        waiting.push({ client, request: await on.fake.nextRequest() });
      }
    }
  }
  const garbage = JSON.stringify({ messages: "x".repeat(1_000_000), more: Array(50_000).fill({}) });
  for (let i = 0; i < 20; i++) {
    const url = `${on.chaski.url}/v1/chat/completions`;
    const response = await fetch(url, { method: "POST", body: garbage });
    assertEquals(response.status, 400);
    await response.body?.cancel();
  }
  for (const { client, request } of waiting) {
    const leftAt = await client.leave();
    assert(await request.hungUp() - leftAt < SOON);
  }
});

Deno.test("a client that leaves while it waits for a slot never reaches llama-server [H18]", async () => {
  await using on = await stage({}, 1);
  on.fake.reply(stream({ text: "One two", finish: null }), silence());
  const { path, body } = ROUTES[0];
  const busy = await rawPost(on.chaski.url + path, { ...body, stream: true });
  const first = await on.fake.nextRequest();
  const leavers = await Promise.all(
    ALL_ROUTES.flatMap(({ path, body }) =>
      [true, false].map((streams) => rawPost(on.chaski.url + path, { ...body, stream: streams }))
    ),
  );
  const stayer = await rawPost(on.chaski.url + path, { input: "I stay", stream: true });
  // The heads say that keep-alive has begun, while no slot is free.
  await Promise.all([...leavers, stayer].map(({ head }) => head));
  await Promise.all(leavers.map((client) => client.leave()));
  await sleep(50);
  assertEquals(on.fake.requests.length, 1);
  const leftAt = await busy.leave();
  await first.hungUp();
  const second = await on.fake.nextRequest();
  assert(JSON.stringify(second.body).includes("I stay"));
  assert(await stayer.firstByte > 0);
  await second.answered();
  assert(performance.now() - leftAt < 2000);
  assertEquals(on.fake.requests.length, 2);
  const outcomes = () => on.chaski.log().flatMap(({ outcome }) => outcome ?? []);
  await on.chaski.logged(({ outcome }) => outcome === "complete");
  assertEquals(outcomes().filter((outcome) => outcome === "cancelled").length, 7);
  await stayer.leave();
});

Deno.test("a client that leaves in a stream of many ends it, and no other", async () => {
  await using on = await stage();
  const asks = async () => {
    on.fake.reply(sse.head(), { kind: "live" });
    const client = await rawPost(`${on.chaski.url}/v1/responses`, { input: "Hello", stream: true });
    return { client, request: await on.fake.nextRequest() };
  };
  const [leaver, stayer] = [await asks(), await asks()];
  const leftAt = await leaver.client.leave();
  assert(await leaver.request.hungUp() - leftAt < SOON);
  assertEquals(await stayer.request.send(sse.ping()), true);
  assertEquals(stayer.request.closedAt, undefined);
  await stayer.client.leave();
  await stayer.request.hungUp();
  await cancelled(on.chaski, 2);
});
