import { assert, assertEquals } from "@std/assert";
import { familyOf, sizeIn } from "../../src/models/families.ts";

/** Names as files, Hugging Face and Ollama have them. */
const NAMES: [string, string | null][] = [
  ["Qwen3-8B", "qwen3"],
  ["unsloth/Qwen3-30B-A3B", "qwen3"],
  ["qwen3:8b", "qwen3"],
  ["Qwen_Qwen3-4B-Instruct-2507", "qwen3-instruct"],
  ["Qwen3-30B-A3B-Thinking-2507", "qwen3-thinking"],
  ["Qwen3-Next-80B-A3B-Thinking", "qwen3-thinking"],
  ["Qwen3-VL-8B", "qwen3-vl"],
  ["Qwen3-Coder-30B-A3B-Instruct", "qwen3-coder"],
  ["qwen3-coder:30b", "qwen3-coder"],
  ["Qwen3-Coder-Next", "qwen3-coder-next"],
  ["Qwen3.5-35B-A3B", "qwen3.5"],
  ["Qwen3.6-27B", "qwen3.6"],
  ["Qwen2.5-Coder-7B-Instruct", "qwen2.5-coder"],
  ["qwen2.5vl:7b", "qwen2.5-vl"],
  ["Qwen2.5-7B-Instruct", "qwen2.5"],
  ["Qwen2-7B-Instruct", "qwen2"],
  ["QwQ-32B", "qwq"],
  ["DeepSeek-R1-Distill-Llama-8B", "deepseek"],
  ["DeepSeek-R1-0528-Qwen3-8B", "deepseek"],
  ["google_gemma-3-4b-it", "gemma"],
  ["gemma3n:e4b", "gemma"],
  ["gemma-2b", null],
  ["Meta-Llama-3.1-8B-Instruct", "llama-3"],
  ["llama3.2:3b", "llama-3"],
  ["Llama-4-Scout-17B-16E-Instruct", "llama-4"],
  ["Llama-3_3-Nemotron-Super-49B", "nemotron"],
  ["codellama-34b", null],
  ["phi4", "phi-4"],
  ["Devstral-Small-2507", "devstral"],
  ["mistral-small3.2:24b", "mistral-small"],
  ["Mistral-Nemo-Instruct-2407", "mistral-nemo"],
  ["Kimi-K2-Thinking", "kimi-k2-thinking"],
  ["Kimi-K2-Instruct", "kimi"],
  ["GLM-4.6", "glm"],
  ["MiniMax-M2.5", "minimax"],
  ["openai/gpt-oss-20b", "gpt-oss"],
  ["granite-4.0-h-tiny", "granite-4"],
  ["LFM2.5-1.2B-Instruct", "lfm2"],
  ["SmolLM3-3B", "smollm3"],
  ["SmolLM2-1.7B", "others"],
  ["model", null],
  ["", null],
];

for (const [name, family] of NAMES) {
  Deno.test(`familyOf() takes ${name || "no name"} for ${family ?? "none"}`, () => {
    assertEquals(familyOf([name])?.name ?? null, family);
  });
}

Deno.test("familyOf() goes on to the next name where one says nothing", () => {
  assertEquals(familyOf(["my-tune", null, "Qwen3 8B"])?.name, "qwen3");
  assertEquals(familyOf(["gemma-3-4b", "Qwen3 8B"])?.name, "gemma");
  assertEquals(familyOf([null, null]), null);
});

Deno.test("familyOf() is not held up by a hostile name", () => {
  assertEquals(familyOf([`${"qwen3 ".repeat(100_000)}-instruct`])?.name, "qwen3");
  assertEquals(familyOf(["-".repeat(1_000_000)]), null);
});

Deno.test("familyOf() gives every family values that can be meant, and a source", () => {
  for (const [name] of NAMES) {
    const family = familyOf([name]);
    if (!family) continue;
    const { temperature = NaN, top_p = 1, top_k = 0, min_p = 0 } = family.sampling;
    assert(temperature >= 0 && temperature <= 1, name);
    assert(top_p > 0 && top_p <= 1 && Number.isInteger(top_k) && min_p < 0.2, name);
    assert(["card", "config", "practice"].includes(family.source), name);
  }
});

const SIZES: [string, number | null][] = [
  ["9B", 9e9],
  ["Qwen3.5-0.8B", 8e8],
  ["Qwen3.5-35B-A3B", 35e9],
  ["30B-A3B", 30e9],
  ["A3B", null],
  ["8x7B", 56e9],
  ["SmolLM2-360M-Instruct", 36e7],
  ["Kimi-1T", 1e12],
  ["qwen3.5:4b", 4e9],
  ["gemma-3n-E4B", null],
  ["Qwen3.5", null],
  ["tiny", null],
];

for (const [text, size] of SIZES) {
  Deno.test(`sizeIn() reads ${size ?? "nothing"} off ${text}`, () => {
    assertEquals(sizeIn(text), size);
  });
}
