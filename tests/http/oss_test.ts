/** What `codex --oss` finds where it expects Ollama and LM Studio. */
import { assert, assertEquals } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { FakeLlama } from "../fake_llama.ts";
import { errorOf, testApp } from "./test_app.ts";

const OSS = { config: { oss: true } };

Deno.test("ollamaVersion() is one that Codex takes, and there only with oss", async () => {
  await using app = await testApp(OSS);
  assertEquals(await (await app.request("/api/version")).json(), { version: "0.13.4" });
  await using without = await testApp();
  for (const path of ["version", "tags", "pull", "show"]) {
    assertEquals((await without.request(`/api/${path}`)).status, 404);
  }
});

Deno.test("ollamaModels() lists the names to use", async () => {
  await using app = await testApp(OSS);
  const { models } = await (await app.request("/api/tags")).json();
  assertEquals(models.map(({ name, model }: Record<string, string>) => [name, model]), [
    ["tiny", "tiny"],
  ]);
  assert(!Number.isNaN(Date.parse(models[0].modified_at)));
});

Deno.test("showOllamaModel() tells the context and what the model can do", async () => {
  await using app = await testApp({ ...OSS, fake: { vision: true, nCtx: 4096 } });
  for (const field of ["model", "name"]) {
    const shown = await (await app.post("/api/show", { [field]: "tiny" })).json();
    const { "general.architecture": kind, ...info } = shown.model_info;
    assertEquals(info, { [`${kind}.context_length`]: 4096 });
    assertEquals(shown.capabilities, ["completion", "tools", "vision"]);
  }
  assertEquals((await app.post("/api/show", { model: "other" })).status, 404);
  const nameless = await app.post("/api/show", {});
  assertEquals([nameless.status, (await errorOf(nameless)).param], [400, "model"]);
});

Deno.test("pullOllamaModel() succeeds at once for a model that is served", async () => {
  await using app = await testApp(OSS);
  const streamed = await app.post("/api/pull", { model: "tiny", stream: true });
  assertEquals(streamed.headers.get("content-type"), "application/x-ndjson");
  assertEquals(await streamed.text(), '{"status":"success"}\n');
  const whole = await app.post("/api/pull", { name: "tiny", stream: false });
  assertEquals(await whole.json(), { status: "success" });
});

Deno.test("pullOllamaModel() says what is served instead of another", async () => {
  await using app = await testApp(OSS);
  const streamed = await app.post("/api/pull", { model: "gpt-oss:20b" });
  assertEquals(streamed.status, 200);
  const text = await streamed.text();
  assert(JSON.parse(text).error.includes("there is 'tiny'") && text.endsWith("\n"), text);
  const whole = await app.post("/api/pull", { model: "gpt-oss:20b", stream: false });
  assertEquals([whole.status, JSON.parse(text)], [404, await whole.json()]);
  assertEquals(app.requestLines().map(({ facts }) => [facts.outcome, facts.status, facts.code]), [
    ["refused", 200, "model_not_found"],
    ["refused", 404, "model_not_found"],
  ]);
  await app.fake.down();
  await using late = await testApp(OSS);
  await late.fake.down();
  const down = await late.post("/api/pull", { model: "tiny", stream: false });
  assertEquals([down.status, typeof (await down.json()).error], [502, "string"]);
});

Deno.test("any name is served where default_model says so, also LM Studio's usual one", async () => {
  await using app = await testApp({ config: { oss: true, defaultModel: "any" } });
  const pulled = await app.post("/api/pull", { model: "gpt-oss:20b" });
  assertEquals(await pulled.text(), '{"status":"success"}\n');
  const { data, models } = await (await app.request("/v1/models")).json();
  assertEquals(
    data.map(({ id, alias_of }: Record<string, string>) => [id, alias_of]),
    [["tiny", undefined], ["openai/gpt-oss-20b", "tiny"]],
  );
  assertEquals(models.length, 1, "Codex's catalogue has real models alone");
  await using named = await testApp({
    config: { oss: true, defaultModel: "any" },
    fake: { model: "openai/gpt-oss-20b" },
  });
  assertEquals((await (await named.request("/v1/models")).json()).data.length, 1);
  for (const config of [{ oss: true }, { defaultModel: "any" as const }]) {
    await using plain = await testApp({ config });
    assertEquals((await (await plain.request("/v1/models")).json()).data.length, 1);
  }
});

Deno.test("the preload of LM Studio's clients is answered without a turn", async () => {
  await using app = await testApp(OSS);
  const body = { model: "tiny", input: "", max_output_tokens: 1 };
  assertEquals((await (await app.post("/v1/responses", body)).json()).status, "completed");
  assertEquals(app.fake.requests.length, 0);
});

Deno.test("the paths of Ollama pass the same checks of key and page, and are logged", async () => {
  await using app = await testApp({ config: { oss: true, apiKey: "sk-1" } });
  const refused = await app.request("/api/tags");
  assertEquals([refused.status, (await errorOf(refused)).code], [401, "invalid_api_key"]);
  const headers = { authorization: "Bearer sk-1" };
  assertEquals((await app.request("/api/tags", { headers })).status, 200);
  const foreign = await app.request("/api/tags", { headers: { host: "evil.example" } });
  assertEquals(foreign.status, 403);
  assertEquals(app.requestLines().map(({ facts }) => [facts.path, facts.outcome]), [
    ["/api/tags", "refused"],
    ["/api/tags", "complete"],
    ["/api/tags", "refused"],
  ]);
});

/** Takes a port for certain: who has held it for seconds will not give it back. */
async function take(port: number): Promise<Disposable> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      return Deno.listen({ hostname: "127.0.0.1", port });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return { [Symbol.dispose]() {} };
}

Deno.test("serve() with oss warns of ports in use, serves its own, and ends", async () => {
  await using fake = await FakeLlama.start();
  using _lmStudio = await take(1234);
  using _ollama = await take(11434);
  await using chaski = await startChaski({ upstream: fake.url, args: ["--oss"] });
  for (const port of [1234, 11434]) {
    const { level, message } = await chaski.logged(({ message }) => message.includes(`${port}`));
    assertEquals([level, message.includes(`port ${port} is in use`)], ["WARN", true], message);
  }
  assertEquals((await (await fetch(`${chaski.url}/api/version`)).json()).version, "0.13.4");
  assertEquals(chaski.stdout(), `chaski listening on ${chaski.url}\n`);
  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
});

Deno.test("serve() with oss and a key says that Codex will be refused", async () => {
  await using fake = await FakeLlama.start();
  using _lmStudio = await take(1234);
  using _ollama = await take(11434);
  const env = { CHASKI_API_KEY: "sk-1", CHASKI_OSS: "true" };
  await using chaski = await startChaski({ upstream: fake.url, env });
  const { level } = await chaski.logged(({ message }) => message.includes("codex --oss sends no"));
  assertEquals(level, "WARN");
});
