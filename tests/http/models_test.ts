import { assert, assertEquals } from "@std/assert";
import { status } from "../fake_llama/script.ts";
import { fakeManagement } from "./fake_management.ts";
import { errorOf, testApp } from "./test_app.ts";

Deno.test("listModels() serves OpenAI's clients and Codex in one object", async () => {
  await using app = await testApp({ fake: { nCtx: 4096, vision: true } });
  const { object, data, models } = await (await app.request("/v1/models")).json();
  assertEquals([object, data.length, models.length], ["list", 1, 1]);
  assertEquals([data[0].id, data[0].object, data[0].context_length], ["tiny", "model", 4096]);
  assertEquals([models[0].slug, models[0].context_window], ["tiny", 4096]);
  assertEquals(models[0].input_modalities, ["text", "image"]);
});

Deno.test("listModels() tells what is loaded, and leaves Codex's part as it is", async () => {
  await using remote = await testApp({ fake: { model: "alpha", nCtx: 4096, vision: true } });
  const plain = await (await remote.request("/v1/models")).json();
  const management = fakeManagement();
  await using app = await testApp({
    fake: { model: "alpha", nCtx: 4096, vision: true },
    management,
  });
  const told = await (await app.request("/v1/models")).json();
  assertEquals(JSON.stringify(told.models), JSON.stringify(plain.models));
  const more = { max_context_length: 8192, native_context_length: 131_072 };
  assertEquals(told.data, [{ ...plain.data[0], ...more, status: { value: "loaded" } }]);
  assertEquals(await (await app.request("/v1/models/alpha")).json(), told.data[0]);
  management.put("alpha", "failed");
  const { status } = await (await app.request("/v1/models/alpha")).json();
  assertEquals(status, { value: "unloaded" });
});

Deno.test("listModels() serves Anthropic's clients in their shape", async () => {
  await using app = await testApp();
  const headers = { "anthropic-version": "2023-06-01" };
  const list = await (await app.request("/v1/models", { headers })).json();
  assertEquals(Object.keys(list).sort(), ["data", "first_id", "has_more", "last_id"]);
  assertEquals([list.data[0].type, list.data[0].id], ["model", "tiny"]);
  const model = await (await app.request("/v1/models/tiny", { headers })).json();
  assertEquals(model, list.data[0]);
});

Deno.test("listModels() shows no path [H21]", async () => {
  await using app = await testApp({ fake: { model: "/srv/models/My Model.Q4.gguf" } });
  const text = await (await app.request("/v1/models")).text();
  assertEquals(JSON.parse(text).data[0].id, "My Model.Q4");
  assert(!text.includes("/srv") && !text.includes(".gguf"));
});

Deno.test("getModel() finds a model by name, whatever the case and the characters [H21]", async () => {
  await using app = await testApp();
  app.fake.always(
    "GET /v1/models",
    status(200, { data: [{ id: "org/Näme:Q4" }, { id: "100%" }, { id: "/m/b.gguf" }] }),
  );
  for (
    const [path, id] of [
      ["org/Näme:Q4", "org/Näme:Q4"],
      ["ORG%2FN%C3%A4me%3AQ4", "org/Näme:Q4"],
      ["100%", "100%"],
      ["100%25", "100%"],
      ["b", "b"],
      ["B", "b"],
    ] as const
  ) {
    const response = await app.request(`/v1/models/${path}`);
    assertEquals([path, response.status, (await response.json()).id], [path, 200, id]);
  }
});

Deno.test("getModel() says which models there are [H20]", async () => {
  await using app = await testApp();
  for (const path of ["/v1/models/nothing", "/v1/models/", "/v1/models/tiny/x"]) {
    const response = await app.request(path);
    assertEquals([path, response.status], [path, 404]);
    const error = await errorOf(response);
    assertEquals([error.code, error.param], ["model_not_found", "model"]);
    assert(String(error.message).includes("'tiny'"));
  }
});

Deno.test("listModels() says why it cannot", async () => {
  await using app = await testApp();
  app.fake.loading = true;
  const loading = await app.request("/v1/models");
  assertEquals([loading.status, loading.headers.get("retry-after")], [503, "2"]);
  assertEquals((await errorOf(loading)).code, "model_loading");
  await app.fake.down();
  const down = await app.request("/v1/models");
  assertEquals(down.status, 502);
  assertEquals((await errorOf(down)).code, "upstream_unreachable");
});
