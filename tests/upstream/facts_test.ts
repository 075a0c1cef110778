import { assertEquals } from "@std/assert";
import { publicName, toModels } from "../../src/upstream/facts.ts";
import { readTranscript } from "../transcript.ts";

for (
  const [id, name] of [
    ["tiny", "tiny"],
    ["/models/tiny-qwen3.gguf", "tiny-qwen3"],
    ["/home/somebody/models/Qwen3-4B-Q4_K_M.gguf", "Qwen3-4B-Q4_K_M"],
    ["models/tiny.GGUF", "tiny"],
    ["tiny.gguf", "tiny"],
    ["C:\\models\\My Model.gguf", "My Model"],
    ["C:/models/m.gguf", "m"],
    ["\\\\server\\share\\m.gguf", "m"],
    ["~/m.gguf", "m"],
    ["./models/m", "m"],
    ["../m", "m"],
    ["/models/no-extension", "no-extension"],
    ["/models/folder/", "model"],
    ["/.gguf", "model"],
    ["ggml-org/gemma-3-4b-it-GGUF:Q4_K_M", "ggml-org/gemma-3-4b-it-GGUF:Q4_K_M"],
    ["openai/gpt-oss-20b", "openai/gpt-oss-20b"],
  ] as const
) {
  Deno.test(`publicName() makes ${id} ${name} [H21]`, () => assertEquals(publicName(id), name));
}

async function info(path: string): Promise<Record<string, unknown>> {
  const exchanges = await readTranscript("info");
  const found = exchanges.find(({ request, response }) =>
    request.method === "GET" && request.path === path && response.status === 200
  );
  return JSON.parse(found?.response.body ?? "null");
}

Deno.test("toModels() reads what a real llama-server says of itself, the context of one slot above all [H16]", async () => {
  const [model, ...others] = toModels(await info("/v1/models"), await info("/props"));
  assertEquals(others, []);
  assertEquals([model?.id, model?.upstreamId, model?.vision], ["tiny", "tiny", false]);
  // -c 8192 -np 2: the context of one slot, not of the model.
  assertEquals([model?.context, model?.alternates], [4096, false]);
  assertEquals(model?.sampling, {
    temperature: 0.8,
    topP: 0.95,
    presencePenalty: 0,
    frequencyPenalty: 0,
  });
});

Deno.test("toModels() gives a router's models no facts of /props", () => {
  const data = [{ id: "a", created: 5 }, { id: "/m/b.gguf", aliases: ["bee", "/m/b.gguf"] }];
  const props = { role: "router", default_generation_settings: { n_ctx: 5 } };
  const models = toModels({ data }, props);
  assertEquals(models.map(({ id, context, created }) => [id, context, created]), [
    ["a", null, 5],
    ["b", null, 0],
  ]);
  assertEquals(models[1]?.aliases, ["bee"]);
});

Deno.test("toModels() takes the list's context where /props is silent", () => {
  const [model] = toModels({ data: [{ id: "a", meta: { n_ctx: 2048 } }] }, {});
  assertEquals([model?.context, model?.alternates], [2048, true]);
});

Deno.test("toModels() survives whatever an upstream may say", () => {
  const odd: unknown[] = [null, 7, "x", [], {}, { data: null }, { data: [null, 7, { id: 7 }, {}] }];
  for (const list of odd) assertEquals(toModels(list, {}), []);
  const props = {
    default_generation_settings: { n_ctx: "many", params: { temperature: "hot" } },
    modalities: "vision",
    chat_template: 7,
  };
  const [model] = toModels({ data: [{ id: "a", created: "now", aliases: [7, "b"] }] }, props);
  assertEquals([model?.created, model?.aliases, model?.context, model?.vision], [
    0,
    ["b"],
    null,
    // Nobody says that it is blind: an image goes to the upstream, which can refuse it.
    true,
  ]);
  assertEquals(model?.sampling.temperature, 0.8);
});
