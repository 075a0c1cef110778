import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Resolvable, resolveModel } from "../../src/models/resolve.ts";

function model(id: string, aliases: string[] = [], complete = true): Resolvable {
  const [name = "", quant = null] = id.split(":");
  return { id, name: name.split("/").at(-1) ?? "", quant, aliases, complete };
}

const MODELS = [
  model("qwen3:Q8_0", ["org/qwen3-GGUF:Q8_0"]),
  model("Qwen3:Q8_0", []),
  model("qwen3:Q4_K_M", ["org/qwen3-GGUF:Q4_K_M", "qwen3-q4.gguf"]),
  model("qwen3:UD-Q4_K_XL", [], false),
  model("b/llama:F16", ["llama3.2:3b"]),
  model("big:F16", [], false),
  model("plain"),
];

const NAMES: [string, string, string | null][] = [
  ["an id [MD14]", "Qwen3:Q8_0", "Qwen3:Q8_0"],
  ["an id in other letters [MD15]", "QWEN3:q4_k_m", "qwen3:Q4_K_M"],
  ["an id in letters that several could be [MD16]", "QWEN3:q8_0", "qwen3:Q8_0"],
  ["a name without quantisation, for the best whole one", "qwen3", "qwen3:Q4_K_M"],
  ["a name that has only a broken one", "big", "big:F16"],
  ["an incomplete one by its id", "qwen3:UD-Q4_K_XL", "qwen3:UD-Q4_K_XL"],
  ["a name behind a folder's", "Llama", "b/llama:F16"],
  ["a name with its folder's", "B/llama", "b/llama:F16"],
  ["an alias", "Qwen3-Q4.gguf", "qwen3:Q4_K_M"],
  ["a repository with quantisation", "org/qwen3-gguf:q8_0", "qwen3:Q8_0"],
  ["a repository, for its best", "org/qwen3-GGUF", "qwen3:Q4_K_M"],
  ["a name of Ollama's without its tag", "llama3.2", "b/llama:F16"],
  ["a name with space around it", " plain ", "plain"],
  ["a quantisation that is not there", "qwen3:Q2_K", null],
  ["part of a name", "qwen", null],
  ["nothing", "", null],
];

for (const [what, name, id] of NAMES) {
  Deno.test(`resolveModel() takes ${what}`, () => {
    assertEquals(resolveModel(name, MODELS)?.id ?? null, id);
  });
}

Deno.test("resolveModel() finds nothing where there is nothing [MD17]", () => {
  assertEquals(resolveModel("qwen3", []), null);
});

Deno.test("resolveModel() finds every model by its own id, and ends for any name", () => {
  for (const { id } of MODELS) assertEquals(resolveModel(id, MODELS)?.id, id);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => {
    const first = resolveModel(name, MODELS);
    assertEquals(resolveModel(name, MODELS), first);
  }));
});
