import { assertEquals } from "@std/assert";
import { FakeLlama } from "../fake_llama.ts";
import { readTranscript } from "../transcript.ts";
import { failure, silence, status } from "./script.ts";

async function get(fake: FakeLlama, path: string) {
  const answer = await fetch(`${fake.url}${path}`);
  const body: unknown = await answer.json();
  return { status: answer.status, body };
}

/** The paths of an object's keys, for example `meta.n_ctx`; `[]` stands for a list's entries. */
function keys(value: unknown, at = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((v) => keys(v, `${at}[]`));
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([key, v]) => keys(v, `${at}.${key}`));
}

Deno.test("`info()` answers with keys that llama-server has too", async () => {
  await using fake = await FakeLlama.start();
  for (const path of ["/health", "/v1/models", "/models", "/props", "/slots"]) {
    const real = (await readTranscript("info")).find((e) => e.request.path === path);
    const known = new Set(keys(JSON.parse(real?.response.body ?? "null")));
    const { status, body } = await get(fake, path);
    assertEquals(status, 200);
    assertEquals(keys(body).filter((key) => !known.has(key)), []);
  }
  assertEquals(await get(fake, "/v1/health"), { status: 200, body: { status: "ok" } });
});

Deno.test("`info()` tells what the options say", async () => {
  await using fake = await FakeLlama.start({
    model: "big",
    nCtx: 512,
    vision: true,
    chatTemplate: "{{ x }}",
    slots: 3,
  });
  const props = JSON.stringify((await get(fake, "/props")).body);
  for (const part of ['"n_ctx":512', '"total_slots":3', '"vision":true', '"{{ x }}"', '"big"']) {
    assertEquals([part, props.includes(part)], [part, true]);
  }
  const models = JSON.stringify((await get(fake, "/v1/models")).body);
  assertEquals(models.includes('"input_modalities":["text","image"]'), true);
});

Deno.test("`info()` shows a slot as busy while a completion is in progress", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(silence());
  const leave = new AbortController();
  const init = { method: "POST", body: '{"messages":[]}', signal: leave.signal };
  const asking = fetch(`${fake.url}/v1/chat/completions`, init).catch(() => "left");
  const request = await fake.nextRequest();
  const busy = async () =>
    JSON.stringify((await get(fake, "/slots")).body).match(/"is_processing":true/g)?.length ?? 0;
  assertEquals(await busy(), 1);
  leave.abort();
  assertEquals(await asking, "left");
  await request.hungUp();
  assertEquals(await busy(), 0);
});

Deno.test("`info()` has 404 for everything else, as recorded", async () => {
  await using fake = await FakeLlama.start();
  const real = (await readTranscript("errors")).find((e) => e.request.path === "/nothing");
  const body: unknown = JSON.parse(real?.response.body ?? "null");
  assertEquals(await get(fake, "/nothing"), { status: 404, body });
  assertEquals(await get(fake, "/v1/chat/completions"), { status: 404, body });
  assertEquals(fake.others.map((r) => r.path), ["/nothing", "/v1/chat/completions"]);
});

Deno.test("`loading` answers 503 everywhere, as recorded", async () => {
  await using fake = await FakeLlama.start();
  fake.loading = true;
  const real = (await readTranscript("loading-and-auth"))[0];
  const body: unknown = JSON.parse(real?.response.body ?? "null");
  assertEquals(await get(fake, "/health"), { status: 503, body });
  const init = { method: "POST", body: '{"messages":[]}' };
  const chat = await fetch(`${fake.url}/v1/chat/completions`, init);
  assertEquals([chat.status, await chat.json()], [503, body]);
  fake.loading = false;
  assertEquals((await get(fake, "/health")).status, 200);
});

Deno.test("`always()` replaces what a route answers", async () => {
  await using fake = await FakeLlama.start();
  fake.always("GET /health", failure(500, "server_error", "sick"));
  fake.always("POST /tokenize", status(200, { tokens: [1, 2] }));
  assertEquals(await get(fake, "/health?x=1"), {
    status: 500,
    body: { error: { code: 500, message: "sick", type: "server_error" } },
  });
  const answer = await fetch(`${fake.url}/tokenize`, { method: "POST", body: "{}" });
  assertEquals(await answer.json(), { tokens: [1, 2] });
});

Deno.test("`FakeLlama` refuses a chat request without messages, as recorded", async () => {
  await using fake = await FakeLlama.start();
  const real = (await readTranscript("errors")).find((e) => e.request.body === "[]");
  const init = { method: "POST", body: "[]" };
  const answer = await fetch(`${fake.url}/v1/chat/completions`, init);
  assertEquals(answer.status, 400);
  assertEquals(await answer.text(), real?.response.body);
});
