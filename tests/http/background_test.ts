/** Responses that run by themselves. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { delta, ending, opening, text as words } from "../fake_llama/answers.ts";
import { failure, live, silence } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { collect, sseEvents } from "../sse_reader.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

interface Stored {
  id: string;
  status: string;
  background: boolean;
  output: { content: { text: string }[] }[];
  error: { message: string } | null;
}

const ask = { input: "x", background: true };

async function begun(app: TestApp): Promise<Stored> {
  const answer = await app.post("/v1/responses", ask);
  assertEquals(answer.status, 200);
  return await answer.json();
}

const get = async (app: TestApp, id: string): Promise<Stored> =>
  await (await app.request(`/v1/responses/${id}`)).json();

/** The response when it has ended. */
async function ended(app: TestApp, id: string): Promise<Stored> {
  for (;;) {
    const response = await get(app, id);
    if (!["queued", "in_progress"].includes(response.status)) return response;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function eventsOf(app: TestApp, id: string, after?: number) {
  const from = after === undefined ? "" : `&starting_after=${after}`;
  const { events } = await collect(await app.request(`/v1/responses/${id}?stream=true${from}`));
  return events.map(({ data }) => data as { type: string; sequence_number: number });
}

Deno.test("a background response is queued at once and completed without anybody there", async () => {
  await using app = await testApp();
  app.fake.reply(words("Hello."));
  const queued = await begun(app);
  assertEquals([queued.status, queued.background, queued.output], ["queued", true, []]);
  const done = await ended(app, queued.id);
  assertEquals([done.status, done.output[0]?.content[0]?.text], ["completed", "Hello."]);
});

Deno.test("a background response is told from any number on, while it runs and after", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), delta({ content: "One" }), live());
  const { id } = await begun(app);
  const request = await app.fake.nextRequest();
  const early = eventsOf(app, id);
  const middle = eventsOf(app, id, 3);
  await new Promise((resolve) => setTimeout(resolve, 100));
  request.send(delta({ content: " two." }), ending());
  request.end();
  const all = await early;
  assertEquals(all.map((event) => event.sequence_number), all.map((_, i) => i));
  assertEquals(all.at(-1)?.type, "response.completed");
  assertEquals(await middle, all.slice(4));
  for (const [i] of all.entries()) assertEquals(await eventsOf(app, id, i), all.slice(i + 1));
});

Deno.test("a background response goes on when its reader leaves", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), delta({ content: "One" }), live());
  const leaver = new AbortController();
  const init = { signal: leaver.signal };
  const answer = await app.post("/v1/responses", { ...ask, stream: true }, init);
  const events = sseEvents(answer);
  let id = "";
  for await (const { data } of events) {
    id ||= (data as { response?: Stored }).response?.id ?? "";
    if ((data as { type: string }).type === "response.output_text.delta") break;
  }
  leaver.abort();
  const request = await app.fake.nextRequest();
  await new Promise((resolve) => setTimeout(resolve, 50));
  request.send(delta({ content: " two." }), ending());
  request.end();
  const done = await ended(app, id);
  assertEquals([done.status, done.output[0]?.content[0]?.text], ["completed", "One two."]);
});

Deno.test("a background response is cancelled by its id, and llama-server with it", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), delta({ content: "Half" }), live());
  const { id } = await begun(app);
  const request = await app.fake.nextRequest();
  const reader = eventsOf(app, id);
  while ((await get(app, id)).status === "queued" && app.services.transfers.size === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  const answer = await app.post(`/v1/responses/${id}/cancel`, "");
  const cancelled: Stored = await answer.json();
  assertEquals([cancelled.status, cancelled.output[0]?.content[0]?.text], ["cancelled", "Half"]);
  await request.hungUp();
  const last = (await reader).at(-1) as unknown as { type: string; response: Stored };
  assertEquals([last.type, last.response.status], ["response.incomplete", "cancelled"]);
  // Once more changes nothing.
  assertEquals(await (await app.post(`/v1/responses/${id}/cancel`, "")).json(), cancelled);
});

Deno.test("a background response that waits for a slot is cancelled before it reaches llama-server", async () => {
  await using app = await testApp({ fake: { slots: 1 } });
  app.fake.reply(opening(), live());
  const first = await begun(app);
  await app.fake.nextRequest();
  const second = await begun(app);
  const cancelled = await app.post(`/v1/responses/${second.id}/cancel`, "");
  assertEquals((await cancelled.json()).status, "cancelled");
  await app.post(`/v1/responses/${first.id}/cancel`, "");
  assertEquals(app.fake.requests.length, 1);
});

Deno.test("a background response that llama-server refuses ends as failed, with its reason", async () => {
  await using app = await testApp();
  app.fake.reply(failure(400, "exceed_context_size_error", "too long", { n_ctx: 1 }));
  const { id } = await begun(app);
  const failed = await ended(app, id);
  assertEquals(failed.status, "failed");
  assertStringIncludes(failed.error?.message ?? "", "context");
  assertEquals((await eventsOf(app, id)).at(-1)?.type, "response.failed");
  const [line] = app.requestLines().filter(({ facts }) => facts.outcome === "failed");
  assertEquals(line?.facts.code, "context_length_exceeded");
});

Deno.test("a background response that is deleted runs for nobody", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), live());
  const { id } = await begun(app);
  const request = await app.fake.nextRequest();
  await app.request(`/v1/responses/${id}`, { method: "DELETE" });
  await request.hungUp();
  assertEquals((await app.request(`/v1/responses/${id}`)).status, 404);
});

Deno.test("a background response must be kept, and there are not too many", async () => {
  await using app = await testApp();
  const refused = await app.post("/v1/responses", { ...ask, store: false });
  assertEquals([refused.status, (await errorOf(refused)).param], [400, "background"]);
  for (let i = 0; i < 100; i++) app.fake.reply(silence());
  const all = await Promise.all(Array.from({ length: 100 }, () => begun(app)));
  const full = await app.post("/v1/responses", ask);
  assertEquals([full.status, (await errorOf(full)).code], [503, "server_is_overloaded"]);
  assert(full.headers.get("retry-after") !== null);
  await Promise.all(all.map(({ id }) => app.post(`/v1/responses/${id}/cancel`, "")));
});

Deno.test("a background response of a process that was killed ends as failed in the next one", async () => {
  await using fake = await FakeLlama.start();
  const dataDir = await Deno.makeTempDir({ prefix: "chaski-background-" });
  const args = ["--data-dir", dataDir];
  try {
    fake.reply(opening(), delta({ content: "Half" }), live());
    let id = "";
    {
      await using chaski = await startChaski({ upstream: fake.url, args });
      const body = JSON.stringify(ask);
      const answer = await fetch(`${chaski.url}/v1/responses`, { method: "POST", body });
      id = (await answer.json()).id;
      await fake.nextRequest();
      await new Promise((resolve) => setTimeout(resolve, 300));
      chaski.kill("SIGKILL");
      await chaski.exited;
    }
    await using chaski = await startChaski({ upstream: fake.url, args });
    const url = `${chaski.url}/v1/responses/${id}`;
    const { status, error } = await (await fetch(url)).json();
    assertEquals(status, "failed");
    assertStringIncludes(error.message, "Chaski was stopped while it was written");
    const { events } = await collect(await fetch(`${url}?stream=true`));
    const all = events.map(({ data }) => data as { type: string; sequence_number: number });
    assertEquals(all.map((event) => event.sequence_number), all.map((_, i) => i));
    assertEquals(all.at(-1)?.type, "response.failed");
    assert(all.some(({ type }) => type === "response.output_text.delta"));
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
