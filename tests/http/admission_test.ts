/** Whose turn it is, and who has to come back later, as clients of every API see it. */
import { assert, assertEquals } from "@std/assert";
import type { Claim } from "../../src/upstream/next_turn.ts";
import { text } from "../fake_llama/answers.ts";
import { sse } from "../fake_llama/script.ts";
import {
  ALL_ROUTES,
  errorOf,
  MESSAGES,
  messagesErrorOf,
  ROUTES,
  type TestApp,
  testApp,
} from "./test_app.ts";

const KEY = "sk-test";
const WITH_KEY = { headers: { authorization: `Bearer ${KEY}` } };
const NOBODY: Claim = { owner: "somebody else", tier: "default", tokens: 0 };

/** Takes the only slot, until the place that it gives is freed. */
async function busy({ queue, watch }: TestApp) {
  await watch.refresh();
  return queue.take(NOBODY, new AbortController().signal);
}

/** Waits until so many requests are in the queue. */
async function queued({ queue }: TestApp, count: number): Promise<void> {
  for (const end = performance.now() + 20_000; queue.waiting() < count;) {
    assert(performance.now() < end, `${queue.waiting()} wait`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const limits = (queue: number) => ({ bodyMb: 1, jsonDepth: 32, queue });

Deno.test("a request that finds no place in the queue gets 503 before its answer, on every route", async () => {
  const app = await testApp({ fake: { slots: 1 }, config: { limits: limits(0) } });
  await using _ = app;
  const place = await busy(app);
  for (const { path, body } of [...ROUTES, { path: "/v1/completions", body: { prompt: "x" } }]) {
    for (const stream of [true, false]) {
      const refused = await app.post(path, { ...body, stream });
      assertEquals([refused.status, refused.headers.get("retry-after")], [503, "10"], path);
      const { code, type, source, message } = await errorOf(refused);
      assertEquals([code, type, source], ["server_is_overloaded", "server_error", "chaski"]);
      assert(String(message).endsWith("Try again in 10s."), String(message));
    }
  }
  const refused = await app.post(MESSAGES.path, MESSAGES.body);
  assertEquals([refused.status, refused.headers.get("x-should-retry")], [503, null]);
  assertEquals((await messagesErrorOf(refused)).type, "overloaded_error");
  assertEquals(app.fake.requests.length, 0);
  place.release();
  const answer = await app.post(MESSAGES.path, MESSAGES.body);
  assertEquals([answer.status, (await answer.json()).type], [200, "message"]);
  const codes = app.requestLines().map(({ facts }) => facts.code);
  assertEquals(codes, [...Array(7).fill("server_is_overloaded"), undefined]);
});

Deno.test("a key that fills its half of the queue gets 429, and others still wait", async () => {
  const config = { apiKey: KEY, limits: limits(2) };
  const app = await testApp({ fake: { slots: 1 }, config });
  await using _ = app;
  const place = await busy(app);
  const first = app.post(ROUTES[0].path, { ...ROUTES[0].body, stream: true }, WITH_KEY);
  await queued(app, 1);
  const refused = await app.post(ROUTES[1].path, ROUTES[1].body, WITH_KEY);
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "10"]);
  const { code, type } = await errorOf(refused);
  assertEquals([code, type], ["rate_limit_exceeded", "rate_limit_error"]);
  const message = await app.post(MESSAGES.path, MESSAGES.body, WITH_KEY);
  assertEquals([message.status, message.headers.get("x-should-retry")], [429, null]);
  assertEquals((await messagesErrorOf(message)).type, "rate_limit_error");
  const other = app.queue.take(NOBODY, new AbortController().signal);
  assertEquals(app.queue.waiting(), 2);
  place.release();
  const answer = await (await first).text();
  assert(answer.includes("response.completed"), answer);
  (await other).release();
});

Deno.test("service_tier decides who is asked first, and the log says how long one waited", async () => {
  const app = await testApp({ fake: { slots: 1 } });
  await using _ = app;
  const place = await busy(app);
  const [responses, chat] = ROUTES;
  const asked = [
    { ...responses, tier: "flex" },
    { ...chat, tier: "auto" },
    { ...MESSAGES, tier: "standard_only" },
    { ...chat, tier: "priority" },
    { ...responses, tier: "priority" },
  ];
  const answers = [];
  for (const [i, { path, body, tier }] of asked.entries()) {
    app.fake.reply(text("Hello"));
    const answer = app.post(path, { ...body, service_tier: tier });
    answers.push(answer.then((response) => response.text()));
    await queued(app, i + 1);
  }
  place.release();
  await Promise.all(answers);
  const lines = app.requestLines().map(({ facts }) => facts);
  const paths = lines.map(({ path }) => path);
  const [R, C, M] = [responses.path, chat.path, MESSAGES.path];
  assertEquals(paths, [C, R, C, M, R]);
  for (const { queue_ms } of lines) assert(Number(queue_ms) > 0, JSON.stringify(lines));
});

Deno.test("a request that waits for nobody has no queue_ms", async () => {
  await using app = await testApp();
  for (const { path, body } of ALL_ROUTES) await (await app.post(path, body)).text();
  const known = app.requestLines().map(({ facts }) => "queue_ms" in facts);
  assertEquals(known, ALL_ROUTES.map(() => false));
});

/** As llama-server ends requests that outgrew their shared cache. */
const FULL = [
  sse.head(),
  sse.chunk({ error: { code: 500, message: "Context size has been exceeded.", type: "x" } }),
];

Deno.test("requests that together outgrew a shared cache are let in one after the other from then on", async () => {
  await using app = await testApp({ fake: { slots: 4, nCtx: 8192 } });
  const { path, body } = ROUTES[1];
  const take = (tokens: number) =>
    app.queue.take({ ...NOBODY, tokens }, new AbortController().signal);
  const large = [await take(5000), await take(5000)];
  app.fake.reply(FULL);
  const failed = await (await app.post(path, { ...body, stream: true })).text();
  assert(failed.includes("server_is_overloaded"), failed);
  for (const place of large) place.release();

  const first = await take(5000);
  const answer = app.post(path, { ...body, max_tokens: 4000, stream: true });
  await queued(app, 1);
  assertEquals(app.fake.requests.length, 1);
  first.release();
  const whole = await (await answer).text();
  assert(whole.includes("[DONE]"), whole);
  assertEquals([app.fake.requests.length, app.queue.running()], [2, 0]);
});
