import { assert, assertEquals } from "@std/assert";
import { type ModelCard, modelList, openAiModel } from "../../src/protocol/models.ts";

const CARD: ModelCard = {
  aliases: [],
  thinksUnasked: true,
  id: "tiny",
  created: 1_767_225_600,
  context: 8192,
  vision: false,
  thinks: true,
  levels: false,
};

Deno.test("modelList() holds OpenAI's list", () => {
  const { object, data } = modelList([CARD]);
  assertEquals(object, "list");
  assertEquals(data, [openAiModel(CARD)]);
  const [model] = data;
  assertEquals([model?.id, model?.object, model?.created], ["tiny", "model", 1_767_225_600]);
  assert(typeof model?.owned_by === "string");
});

/** Field → a check of its type, for every field that some Codex of 0.118 to 0.169 requires. */
const REQUIRED: Record<string, (value: unknown) => boolean> = {
  slug: (value) => value === "tiny",
  display_name: (value) => typeof value === "string",
  supported_reasoning_levels: (value) =>
    Array.isArray(value) &&
    value.every(({ effort, description }) => typeof effort === "string" && description !== ""),
  shell_type: (value) => typeof value === "string",
  visibility: (value) => ["list", "hide", "none"].includes(String(value)),
  supported_in_api: (value) => value === true,
  priority: (value) => Number.isInteger(value),
  support_verbosity: (value) => value === false,
  truncation_policy: (value) =>
    /^\{"mode":"(tokens|bytes)","limit":\d+\}$/.test(JSON.stringify(value)),
  experimental_supported_tools: Array.isArray,
  base_instructions: (value) => typeof value === "string" && value.length > 100,
  supports_reasoning_summaries: (value) => typeof value === "boolean",
  supports_parallel_tool_calls: (value) => typeof value === "boolean",
};

Deno.test("modelList() holds a catalogue entry with every field that Codex requires", () => {
  for (const card of [CARD, { ...CARD, context: null, thinks: false, vision: true }]) {
    const { models } = modelList([card]);
    assertEquals(models.length, 1);
    const entry: Record<string, unknown> = { ...models[0] };
    for (const [field, fits] of Object.entries(REQUIRED)) {
      assert(fits(entry[field]), `${field}: ${JSON.stringify(entry[field])}`);
    }
    // Codex reads null as a value of the wrong type, and one bad entry rejects the catalogue.
    assert(!JSON.stringify(entry).includes("null"));
  }
});

Deno.test("modelList() tells Codex the real context, the modalities and the kind of patches", () => {
  const [model] = modelList([CARD]).models;
  assertEquals([model?.context_window, model?.apply_patch_tool_type], [8192, "freeform"]);
  assertEquals(model?.input_modalities, ["text"]);
  const [seeing] = modelList([{ ...CARD, vision: true, context: null }]).models;
  assertEquals(seeing?.input_modalities, ["text", "image"]);
  assert(seeing !== undefined && !("context_window" in seeing));
});

Deno.test("modelList() offers efforts only where the template can switch thinking", () => {
  const [thinking] = modelList([CARD]).models;
  const [plain] = modelList([{ ...CARD, thinks: false }]).models;
  assert(thinking?.supported_reasoning_levels.some(({ effort }) => effort === "none"));
  assertEquals(plain?.supported_reasoning_levels, []);
  assert(plain !== undefined && !("default_reasoning_level" in plain));
});

Deno.test("modelList() keeps the order of its models, the loaded one first [H21]", () => {
  const cards = ["loaded", "b", "a"].map((id) => ({ ...CARD, id }));
  assertEquals(modelList(cards).data.map(({ id }) => id), ["loaded", "b", "a"]);
  assertEquals(modelList(cards).models.map(({ slug }) => slug), ["loaded", "b", "a"]);
  assertEquals(modelList([]), { object: "list", data: [], models: [] });
});

Deno.test("modelList() tells Codex further names once, hidden, without names of files", () => {
  const cards = [
    { ...CARD, id: "a:Q8_0", aliases: ["a", "a-Q8_0.gguf", "b", "a", "one", "two", "three"] },
    { ...CARD, id: "b", aliases: ["a", "b2"] },
  ];
  const told = modelList(cards).models.map(({ slug, visibility }) => [slug, visibility]);
  assertEquals(told, [
    ["a:Q8_0", "list"],
    ...["a", "one", "two", "three"].map((name) => [name, "hide"]),
    ["b", "list"],
    ["b2", "hide"],
  ]);
});

Deno.test("modelList() has Codex ask for no thoughts where a model is not to think unasked", () => {
  const levels = [true, false].map((thinksUnasked) =>
    modelList([{ ...CARD, thinksUnasked }]).models[0]?.default_reasoning_level
  );
  assertEquals(levels, ["medium", "none"]);
});
