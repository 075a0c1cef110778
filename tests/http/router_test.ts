import { assert, assertEquals } from "@std/assert";
import { fakeManagement } from "./fake_management.ts";
import { errorOf, testApp } from "./test_app.ts";

const BETA = {
  id: "org/beta",
  aliases: ["beta"],
  tags: [],
  object: "model",
  owned_by: "llamacpp",
  created: 1_700_000_000,
  status: { value: "unloaded" },
  architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
  source: "models_dir",
  can_remove: false,
  context_length: 131_072,
};

Deno.test("routerModels() lists models as llama-server's router does, without arguments", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const meta = { n_ctx: 4096, n_ctx_train: 131_072, n_params: 455_296, size: 911_872 };
  assertEquals(await (await app.request("/models")).json(), {
    data: [
      { ...BETA, id: "alpha", aliases: ["alpha"], status: { value: "loaded" }, meta },
      BETA,
    ],
    object: "list",
  });
  for (
    const [state, status] of [
      ["loading", { value: "loading" }],
      ["unloading", { value: "unloaded" }],
      ["failed", { value: "unloaded", failed: true }],
    ] as const
  ) {
    management.put("org/beta", state);
    const { data: [, beta] } = await (await app.request("/models")).json();
    assertEquals(beta, { ...BETA, status });
  }
});

Deno.test("routerLoad() begins at once, and refuses what runs", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const begun = await app.post("/models/load", { model: "org/beta" });
  assertEquals([begun.status, await begun.json()], [200, { success: true }]);
  for (const model of ["org/beta", "alpha"]) {
    const again = await app.post("/models/load", { model });
    assertEquals(again.status, 400);
    const { message, param } = await errorOf(again);
    assert(String(message).includes("model is already running"));
    assertEquals(param, "model");
  }
  assertEquals(management.asked, ["load org/beta"]);
  const unknown = await app.post("/models/load", { model: "none" });
  assertEquals([unknown.status, (await errorOf(unknown)).code], [404, "model_not_found"]);
});

Deno.test("routerUnload() succeeds whether it runs or not", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  for (const model of ["alpha", "alpha", "org/beta"]) {
    const response = await app.post("/models/unload", { model });
    assertEquals([response.status, await response.json()], [200, { success: true }]);
  }
  assertEquals(management.asked, ["unload alpha"]);
  for (const [body, status] of [[{ model: "none" }, 404], [{ model: null }, 400], ["{", 400]]) {
    const response = await app.post("/models/unload", body);
    assertEquals(response.status, status);
    await errorOf(response);
  }
});

Deno.test("routerPropsOf() tells the router's properties, and a loaded model's without paths", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const { role, build_info, max_instances } = await (await app.request("/props")).json();
  assertEquals([role, build_info, max_instances], ["router", "chaski-1.2.3", null]);
  const text = await (await app.request("/props?model=alpha")).text();
  assert(!text.includes("/srv") && !text.includes("media"), text);
  assertEquals(JSON.parse(text), {
    default_generation_settings: { params: { temperature: 0.5 }, n_ctx: 4096 },
    total_slots: 2,
    model_alias: "alpha",
    modalities: { vision: false, audio: false },
    chat_template: "{{ messages }}",
    chat_template_caps: { supports_tools: true },
    ...{ bos_token: "<s>", eos_token: "</s>", build_info: "b1", is_sleeping: false },
  });
});

Deno.test("routerPropsOf() never loads a model", async () => {
  const management = fakeManagement();
  await using app = await testApp({ management });
  const response = await app.request("/props?model=org%2Fbeta");
  assertEquals(response.status, 400);
  assert(String((await errorOf(response)).message).includes("model is not loaded"));
  const unknown = await app.request("/props?model=none&autoload=true");
  assertEquals([unknown.status, (await errorOf(unknown)).code], [404, "model_not_found"]);
  assertEquals(management.asked, []);
});

Deno.test("health is told as llama-server does, to everybody", async () => {
  await using app = await testApp({ config: { apiKey: "sk-1" } });
  for (const path of ["/health", "/v1/health"]) {
    const response = await app.request(path);
    assertEquals([response.status, await response.text()], [200, '{"status":"ok"}']);
  }
  assertEquals(app.requestLines(), []);
});

Deno.test("the router's routes ask for the key, and for the admin's where they change something", async () => {
  const config = { apiKey: "sk-api", adminKey: "sk-admin" };
  const management = fakeManagement();
  await using app = await testApp({ config, management });
  for (const path of ["/models", "/props", "/models/sse"]) {
    for (const [key, status] of [["sk-x", 401], ["sk-api", 200], ["sk-admin", 200]] as const) {
      const response = await app.request(path, { headers: { "x-api-key": key } });
      assertEquals([path, key, response.status], [path, key, status]);
      await response.body?.cancel();
    }
  }
  for (const path of ["/models/load", "/models/unload"]) {
    for (const [key, status] of [["sk-x", 401], ["sk-api", 403], ["sk-admin", 404]] as const) {
      const headers = { "x-api-key": key };
      const response = await app.post(path, { model: "none" }, { headers });
      assertEquals([path, key, response.status], [path, key, status]);
      await response.body?.cancel();
    }
  }
});

Deno.test("the router's routes are not there where somebody else runs llama-server", async () => {
  await using app = await testApp();
  for (const path of ["/models", "/props", "/models/sse"]) {
    const response = await app.request(path);
    assertEquals([path, response.status], [path, 501]);
    assertEquals((await errorOf(response)).code, "not_supported");
  }
});
