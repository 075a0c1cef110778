import { assert, assertEquals } from "@std/assert";
import { fakeManagement } from "./fake_management.ts";
import { errorOf, testApp } from "./test_app.ts";

/** What a stream has told, piece by piece. */
function piecesOf(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert(reader);
  return reader;
}

function event(model: string, data: Record<string, unknown>): string {
  return `data: ${JSON.stringify({ model, event: "status_change", data })}\n\n`;
}

Deno.test("modelEvents() tells every change as llama-server's router does", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const response = await app.request("/models/sse");
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const pieces = piecesOf(response);
  assertEquals((await pieces.read()).value, ": keep-alive\n\n");
  for (const state of ["loading", "loaded", "unloading", "unloaded", "failed"] as const) {
    management.put("org/beta", state);
  }
  const told = [];
  for (let i = 0; i < 4; i++) told.push((await pieces.read()).value);
  assertEquals(told, [
    event("org/beta", { status: "loading" }),
    event("org/beta", { status: "loaded" }),
    event("org/beta", { status: "unloaded", exit_code: 0 }),
    event("org/beta", { status: "unloaded", exit_code: 1 }),
  ]);
  await pieces.cancel();
  assertEquals([management.listeners.size, app.services.waits.size], [0, 0]);
  assertEquals(app.requestLines().map(({ facts }) => facts["outcome"]), ["complete"]);
});

Deno.test("modelEvents() ends when Chaski stops", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const pieces = piecesOf(await app.request("/models/sse"));
  for (const end of [...app.services.waits]) end();
  assertEquals((await pieces.read()).value, ": keep-alive\n\n");
  assertEquals((await pieces.read()).done, true);
  assertEquals(management.listeners.size, 0);
});

Deno.test("modelEvents() lets go whoever does not read", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const response = await app.request("/models/sse");
  for (let i = 0; i < 1100; i++) management.put("alpha", "loaded");
  assertEquals(management.listeners.size, 0);
  const text = await response.text();
  assertEquals(text.split("data: ").length, 1000);
});

Deno.test("modelEvents() tells 200 at once", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const open = await Promise.all(Array.from({ length: 200 }, () => app.request("/models/sse")));
  const refused = await app.request("/models/sse");
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "30"]);
  assertEquals((await errorOf(refused)).code, "server_is_overloaded");
  for (const response of open) await response.body?.cancel();
  assertEquals(management.listeners.size, 0);
});

Deno.test("modelEvents() begins nothing for a HEAD", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  assertEquals((await app.request("/models/sse", { method: "HEAD" })).status, 200);
  assertEquals(management.listeners.size, 0);
});
