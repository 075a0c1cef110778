import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { openLlama } from "../../src/upstream/llama.ts";
import { type UpstreamState, type UpstreamWatch, watchUpstream } from "../../src/upstream/watch.ts";
import { failure, silence, status } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";

interface Watched extends AsyncDisposable {
  watch: UpstreamWatch;
  changes: UpstreamState["status"][];
}

function watching(fake: FakeLlama, anyName = false): Watched {
  const llama = openLlama({ baseUrl: fake.url, key: undefined, connectTimeout: 0 });
  const changes: UpstreamState["status"][] = [];
  const watch = watchUpstream(llama, { anyName, onChange: ({ status }) => changes.push(status) });
  return {
    watch,
    changes,
    async [Symbol.asyncDispose]() {
      watch.stop();
      await llama.close();
    },
  };
}

async function until(happens: () => boolean): Promise<void> {
  for (const end = performance.now() + 5000; !happens();) {
    assert(performance.now() < end, "nothing happened");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function listOf(...ids: string[]) {
  return status(200, { data: ids.map((id) => ({ id, aliases: [] })) });
}

Deno.test("watchUpstream() looks when it is asked, and tells what it saw", async () => {
  await using fake = await FakeLlama.start();
  await using watched = watching(fake);
  assertEquals(watched.watch.state(), null);
  assertEquals((await watched.watch.models()).map(({ id }) => id), ["tiny"]);
  assertEquals([watched.changes, watched.watch.state()?.status], [["ready"], "ready"]);
});

Deno.test("watchUpstream() looks once for all who ask at once", async () => {
  await using fake = await FakeLlama.start();
  await using watched = watching(fake);
  await Promise.all(Array.from({ length: 10 }, () => watched.watch.models()));
  await watched.watch.models();
  assertEquals(fake.others.map(({ path }) => path), ["/v1/models", "/props", "/tokenize"]);
});

Deno.test("watchUpstream() never asks what keeps abandoned requests alive", async () => {
  await using fake = await FakeLlama.start();
  await using watched = watching(fake);
  for (let i = 0; i < 3; i++) await watched.watch.refresh();
  const paths = new Set(fake.others.map(({ path }) => path.split("?")[0]));
  assertEquals([...paths], ["/v1/models", "/props", "/tokenize"]);
});

Deno.test("watchUpstream() finds a model by name, alias and path, whatever the case [H21]", async () => {
  await using fake = await FakeLlama.start({ model: "/models/Tiny.gguf" });
  await using watched = watching(fake);
  for (const name of ["Tiny", "TINY", "/models/tiny.gguf", undefined, null]) {
    assertEquals((await watched.watch.resolve(name)).id, "Tiny");
  }
});

Deno.test("watchUpstream() lists what there is for an unknown name, without paths [H20]", async () => {
  await using fake = await FakeLlama.start();
  fake.always("GET /v1/models", listOf("one", "/srv/models/two.gguf"));
  await using watched = watching(fake);
  for (const name of ["gpt-4o", "", "x".repeat(5000), "one\u0000"]) {
    const error = await assertRejects(() => watched.watch.resolve(name), ApiError);
    assertEquals([error.status, error.code, error.param], [404, "model_not_found", "model"]);
    assert(error.message.includes("'one', 'two'") && !error.message.includes("srv"));
    assert(error.message.length < 400);
  }
});

Deno.test("watchUpstream() takes any name for the first model where that is configured [E04]", async () => {
  await using fake = await FakeLlama.start();
  await using watched = watching(fake, true);
  for (const name of ["gpt-4o", ""]) assertEquals((await watched.watch.resolve(name)).id, "tiny");
});

Deno.test("watchUpstream() refuses while llama-server loads, and sees when it is done", async () => {
  await using fake = await FakeLlama.start();
  await using watched = watching(fake);
  fake.loading = true;
  const error = await assertRejects(() => watched.watch.resolve("tiny"), ApiError);
  assertEquals([error.status, error.code, error.retryAfter], [503, "model_loading", 2]);
  fake.loading = false;
  await until(() => watched.watch.state()?.status === "ready");
  assertEquals(watched.changes, ["loading", "ready"]);
});

Deno.test("watchUpstream() refuses while nobody listens, and sees when somebody does [H15]", async () => {
  await using fake = await FakeLlama.start();
  await fake.down();
  await using watched = watching(fake);
  const error = await assertRejects(() => watched.watch.resolve("tiny"), ApiError);
  assertEquals([error.status, error.code], [502, "upstream_unreachable"]);
  fake.up();
  await until(() => watched.watch.state()?.status === "ready");
  assertEquals(watched.changes, ["down", "ready"]);
  assertEquals((await watched.watch.resolve("tiny")).id, "tiny");
});

Deno.test("watchUpstream() learns that the model was changed", async () => {
  await using fake = await FakeLlama.start();
  await using watched = watching(fake);
  await watched.watch.models();
  fake.always("GET /v1/models", listOf("other"));
  await watched.watch.refresh();
  assertEquals((await watched.watch.resolve(null)).id, "other");
  await watched.watch.refresh();
  assertEquals(watched.changes, ["ready", "ready"]);
});

Deno.test("watchUpstream() degrades where there is no /props, and says so", async () => {
  await using fake = await FakeLlama.start();
  fake.always("GET /props", failure(404, "not_found_error", "File Not Found"));
  await using watched = watching(fake);
  const state = await watched.watch.refresh();
  assert(state.status === "ready");
  assertEquals(state.warnings.length, 1);
  assertEquals([state.models[0]?.context, state.models[0]?.thinking], [8192, "none"]);
});

for (
  const [what, script] of [
    ["no list of models", failure(404, "not_found_error", "File Not Found")],
    ["an empty list", status(200, { data: [] })],
    ["another shape", status(200, { models: ["a"] })],
    ["a page", status(200, "<html>/srv/www</html>", { "Content-Type": "text/html" })],
    ["a failure", failure(500, "server_error", "boom in /srv/llama/server.cpp")],
    ["a refused key", failure(401, "authentication_error", "Invalid API Key")],
  ] as const
) {
  Deno.test(`watchUpstream() blames the upstream, not the client, for ${what}`, async () => {
    await using fake = await FakeLlama.start();
    fake.always("GET /v1/models", script);
    await using watched = watching(fake);
    const error = await assertRejects(() => watched.watch.resolve("tiny"), ApiError);
    assertEquals([error.status, error.source], [502, "upstream"]);
    assert(!error.message.includes("/srv"), error.message);
  });
}

Deno.test("watchUpstream() gives a silent upstream up in time, but not what it knew of it", async () => {
  await using silent = await FakeLlama.start();
  silent.always("GET /v1/models", silence());
  await using unknown = watching(silent);
  await using busy = await FakeLlama.start();
  await using known = watching(busy);
  await known.watch.models();
  busy.always("GET /props", silence());
  const before = performance.now();
  const [error, state] = await Promise.all([
    assertRejects(() => unknown.watch.resolve("tiny"), ApiError),
    known.watch.refresh(),
  ]);
  // Before the five seconds after which a client wants a sign of life.
  assert(performance.now() - before < 5000);
  assertEquals([error.status, error.code], [502, "upstream_timeout"]);
  assertEquals([state.status, (await known.watch.resolve("tiny")).id], ["ready", "tiny"]);
  assertEquals(known.changes, ["ready"]);
});
