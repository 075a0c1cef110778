import { assert, assertEquals, assertRejects } from "@std/assert";
import { cannotLoad } from "../../src/supervise/failure.ts";
import { fakeManagement } from "./fake_management.ts";
import { errorOf, testApp } from "./test_app.ts";

const ALPHA = {
  id: "alpha",
  object: "model",
  aliases: ["alpha"],
  state: "loaded",
  error: null,
  since: 1_700_000_100,
  last_used: 1_700_000_200,
  progress: null,
  running: 1,
  waiting: 3,
  memory: { ram: 1000, vram: 0 },
  context_length: 4096,
  max_context_length: 8192,
  native_context_length: 131_072,
  slots: 2,
  size: 911_872,
  parameters: 455_296,
};

Deno.test("adminModels() tells the state of every model [NC18] [NC20] [NC23]", async () => {
  await using app = await testApp({ management: fakeManagement() });
  const { object, data } = await (await app.request("/admin/models")).json();
  assertEquals(object, "list");
  assertEquals(data, [ALPHA, {
    ...ALPHA,
    ...{ id: "org/beta", aliases: ["beta"], state: "unloaded", last_used: null },
    ...{ running: 0, waiting: 0, memory: null },
  }]);
});

Deno.test("adminModels() says null for a context that is not known [NC14] [NC16] [NC19]", async () => {
  const management = fakeManagement();
  const [alpha] = management.states();
  assert(alpha);
  const limits = { largest: null, native: null };
  const states =
    () => [{ ...alpha, limits, model: { ...alpha.model, context: null, slots: null } }];
  await using app = await testApp({ management: { ...management, states } });
  const { data: [told] } = await (await app.request("/admin/models")).json();
  const { context_length, max_context_length, native_context_length, slots } = told;
  assertEquals([context_length, max_context_length, native_context_length, slots], [
    ...[null, null, null, null],
  ]);
});

Deno.test("adminStatus() tells what goes on, without a path", async () => {
  await using app = await testApp({ management: fakeManagement() });
  const { uptime, ...told } = await (await app.request("/admin/status")).json();
  assert(Number.isInteger(uptime) && uptime >= 0);
  assertEquals(told, {
    version: "1.2.3",
    memory: { held: { ram: 1000, vram: 0 }, room: { ram: 8000, vram: null } },
    max_models: null,
    requests: { in_flight: 0, waiting: 3, connections: 0 },
    models: [ALPHA],
  });
});

Deno.test("loadModel() begins at once, and once", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  for (let i = 0; i < 3; i++) {
    const response = await app.post("/admin/models/load", { model: "org/beta", more: [1] });
    assertEquals(response.status, 202);
    assertEquals((await response.json()).state, "loading");
  }
  assertEquals(management.asked, ["load org/beta"]);
  management.settle();
  await Promise.resolve();
  const again = await app.post("/admin/models/load", { model: "org/beta" });
  assertEquals([again.status, (await again.json()).state], [200, "loaded"]);
  assertEquals(management.asked, ["load org/beta"]);
});

Deno.test("loadModel() waits where it is asked to [NC13] [NC15] [NC17] [NC21]", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const answer = app.post("/admin/models/load", { model: "org/beta", wait: true });
  await until(() => management.asked.length > 0);
  management.settle();
  const response = await answer;
  const { id, state, native_context_length } = await response.json();
  assertEquals([response.status, id, state, native_context_length], [
    ...[200, "org/beta", "loaded", 131_072],
  ]);
  assertEquals(app.requestLines().at(-1)?.facts["model"], "org/beta");
});

Deno.test("loadModel() gives an early failure its status", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const answer = app.post("/admin/models/load", { model: "org/beta", wait: true });
  await until(() => management.asked.length > 0);
  management.settle(cannotLoad("org/beta", "there is too little memory"));
  const response = await answer;
  assertEquals(response.status, 400);
  assertEquals((await errorOf(response)).code, "invalid_prompt");
});

Deno.test("loadModel() tells a late failure in a body that breaks off", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const response = await app.post("/admin/models/load", { model: "org/beta", wait: true });
  assertEquals(response.status, 200);
  management.settle(cannotLoad("org/beta", "there is too little memory"));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert(reader);
  const { value = "" } = await reader.read();
  assertEquals(JSON.parse(value).error.code, "invalid_prompt");
  await assertRejects(() => reader.read());
  const { facts } = app.requestLines().at(-1) ?? {};
  assertEquals([facts?.["outcome"], facts?.["status"]], ["failed", 200]);
  assertEquals(app.services.waits.size, 0);
});

Deno.test("loadModel() sends its head early, and ends when Chaski stops", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const response = await app.post("/admin/models/load", { model: "org/beta", wait: true });
  assertEquals(app.services.waits.size, 1);
  for (const end of [...app.services.waits]) end();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await reader?.read() ?? {};
  assertEquals(JSON.parse(value).error.code, "server_shutting_down");
});

Deno.test("loadModel() waits no more when the client leaves", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const response = await app.post("/admin/models/load", { model: "org/beta", wait: true });
  await response.body?.cancel();
  await until(() => app.services.waits.size === 0);
  assertEquals(app.requestLines().at(-1)?.facts["outcome"], "cancelled");
});

Deno.test("unloadModel() begins at once, waits where it is asked to, and is done where it was", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const idle = await app.post("/admin/models/unload", { model: "org/beta" });
  assertEquals([idle.status, (await idle.json()).state], [200, "unloaded"]);
  for (let i = 0; i < 2; i++) {
    const begun = await app.post("/admin/models/unload", { model: "alpha" });
    assertEquals([begun.status, (await begun.json()).state], [202, "unloading"]);
  }
  assertEquals(management.asked, ["unload alpha"]);
  const waited = app.post("/admin/models/unload", { model: "alpha", wait: true });
  await until(() => management.asked.length === 2);
  management.settle();
  const response = await waited;
  assertEquals([response.status, (await response.json()).state], [200, "unloaded"]);
});

const BODIES: [unknown, number, string | null][] = [
  [{}, 400, "model"],
  [{ model: 7 }, 400, "model"],
  [{ model: "" }, 400, "model"],
  [{ model: ["alpha"] }, 400, "model"],
  [{ model: "alpha", wait: "yes" }, 400, "wait"],
  [{ model: "none" }, 404, "model"],
  [{ model: "x".repeat(100_000) }, 404, "model"],
  [[], 400, null],
  ["null", 400, null],
  ["{", 400, null],
  ["x".repeat(2_000_000), 413, null],
];

for (const [body, status, param] of BODIES) {
  const shown = (typeof body === "string" ? body : JSON.stringify(body)).slice(0, 40);
  Deno.test(`loadModel() and unloadModel() refuse ${shown}`, async () => {
    await using app = await testApp({ management: fakeManagement() });
    for (const path of ["/admin/models/load", "/admin/models/unload"]) {
      const response = await app.post(path, body);
      assertEquals(response.status, status);
      const error = await errorOf(response);
      assertEquals(error.param, param);
      assert(String(error.message).length < 500);
    }
  });
}

Deno.test("the routes of folders list, add and take away", async () => {
  await using app = await testApp({ management: fakeManagement() });
  const fixed = { path: "/fixed", fixed: true, added_at: null };
  const more = { path: "/more", fixed: false, added_at: 1_700_000_000 };
  assertEquals(await (await app.request("/admin/folders")).json(), {
    ...{ object: "list", data: [fixed] },
  });
  for (const status of [201, 200]) {
    const added = await app.post("/admin/folders", { path: "/more" });
    assertEquals([added.status, (await added.json()).data], [status, [fixed, more]]);
  }
  const gone = await app.request("/admin/folders?path=%2Fmore", { method: "DELETE" });
  assertEquals([gone.status, (await gone.json()).deleted], [200, true]);
  const body = JSON.stringify({ path: "/more" });
  const again = await app.request("/admin/folders", { method: "DELETE", body });
  assertEquals(again.status, 404);
  assertEquals((await errorOf(again)).code, "folder_not_found");
  const wrong = await app.post("/admin/folders", { path: 1 });
  assertEquals([wrong.status, (await errorOf(wrong)).param], [400, "path"]);
});

/** Looks every few milliseconds; fails after ten seconds. */
async function until(test: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !test(); i++) await new Promise((done) => setTimeout(done, 10));
  assert(test());
}
