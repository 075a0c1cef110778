import { assertEquals } from "@std/assert";
import type { CacheShape } from "../../src/models/gguf_header.ts";
import { readGguf } from "../../src/models/read_gguf.ts";
import { templateNames, tinyModel } from "../tools/tiny_model.ts";
import {
  gguf,
  list,
  readOrReason,
  readPieces,
  scalar,
  SIZED,
  text,
  texts,
  u32Value,
  type Value,
} from "./gguf_writer.ts";

const LLAMA = { "general.architecture": text("llama") };

function header(entries: Record<string, Value>) {
  return readPieces(gguf({ ...LLAMA, ...entries }));
}

const NUMBERS: [string, string, keyof CacheShape | "contextLength"][] = [
  ["the context [KV01]", "context_length", "contextLength"],
  ["layers [KV02]", "block_count", "blocks"],
  ["heads [KV03]", "attention.head_count", "heads"],
  ["KV heads [KV04]", "attention.head_count_kv", "kvHeads"],
  ["the width [KV05]", "embedding_length", "embedding"],
  ["the length of keys [KV06]", "attention.key_length", "keyLength"],
  ["the length of values [KV07]", "attention.value_length", "valueLength"],
  ["the sliding window [KV08]", "attention.sliding_window", "slidingWindow"],
  ["the interval of full attention [KV09]", "full_attention_interval", "fullAttentionInterval"],
  ["the rank of MLA [KV10]", "attention.kv_lora_rank", "kvLoraRank"],
  ["MLA's length of keys [KV11]", "attention.key_length_mla", "keyLengthMla"],
  ["the size of a state space [KV12]", "ssm.inner_size", "ssmInnerSize"],
  ["the state of a state space [KV13]", "ssm.state_size", "ssmStateSize"],
  ["MLA's length of values", "attention.value_length_mla", "valueLengthMla"],
  ["the length of keys in a window", "attention.key_length_swa", "keyLengthSwa"],
  ["the length of values in a window", "attention.value_length_swa", "valueLengthSwa"],
  ["layers that share a cache", "attention.shared_kv_layers", "sharedKvLayers"],
  ["the kernel of a state space", "ssm.conv_kernel", "ssmConvKernel"],
  ["the groups of a state space", "ssm.group_count", "ssmGroupCount"],
  ["the time steps of a state space", "ssm.time_step_rank", "ssmTimeStepRank"],
  ["which layers have a window", "attention.sliding_window_pattern", "slidingWindowPattern"],
];

for (const [what, key, name] of NUMBERS) {
  Deno.test(`toHeader() reads ${what}`, () => {
    const { cache, contextLength } = header({ [`llama.${key}`]: u32Value(77) });
    assertEquals(name === "contextLength" ? contextLength : cache[name], 77);
    // Another architecture's is not this model's.
    const other = header({ [`clip.${key}`]: u32Value(77) });
    assertEquals([other.contextLength, other.cache], [null, header({}).cache]);
  });
}

Deno.test("toHeader() says null for what is missing, in every reading anew [KV14] [KV16] [NC07] [NC27]", () => {
  const full = header({
    "llama.context_length": u32Value(4096),
    "llama.block_count": u32Value(2),
  });
  assertEquals([full.contextLength, full.cache.blocks], [4096, 2]);
  const { cache, ...rest } = header({});
  assertEquals(new Set(Object.values(cache)), new Set([null]));
  assertEquals(rest, {
    architecture: "llama",
    type: null,
    name: null,
    basename: null,
    sizeLabel: null,
    fileType: null,
    parameters: null,
    contextLength: null,
    pooling: null,
    sampling: {},
    mtpHeads: 0,
    chatTemplate: null,
    toolTemplate: null,
    projector: null,
    split: null,
    tensors: 1,
  });
});

Deno.test("toHeader() reads everything beside each other, in any order [KV15] [NC02] [NC06]", () => {
  const entries: [string, Value][] = [
    ["tokenizer.ggml.tokens", texts(["a", "", "ccc"])],
    ["tokenizer.ggml.scores", list("f32", [1, 2, 3])],
    ["tokenizer.chat_template", text("{{ messages }} ü")],
    ["tokenizer.chat_template.tool_use", text("{{ tools }}")],
    ...NUMBERS.map(([, key], i): [string, Value] => [`llama.${key}`, u32Value(i + 1)]),
    ["llama.pooling_type", u32Value(3)],
    ["llama.nextn_predict_layers", u32Value(1)],
    ["general.type", text("model")],
    ["general.name", text("Nomen")],
    ["general.basename", text("No")],
    ["general.sampling.temp", scalar("f32", 0.7)],
    ["general.size_label", text("30B-A3B")],
    ["general.file_type", u32Value(15)],
    ["general.parameter_count", scalar("u64", 30_532_122_624)],
    ["split.no", scalar("u16", 0)],
    ["split.count", scalar("u16", 3)],
    ["general.architecture", text("llama")],
  ];
  const forth = readPieces(gguf(entries, { tensors: 291 }));
  assertEquals(readPieces(gguf(entries.toReversed(), { tensors: 291 })), forth);
  const { cache, ...rest } = forth;
  assertEquals(
    NUMBERS.slice(1).map(([, , name]) => name === "contextLength" ? 0 : cache[name]),
    NUMBERS.slice(1).map((_, i) => i + 2),
  );
  assertEquals(rest, {
    architecture: "llama",
    type: "model",
    name: "Nomen",
    basename: "No",
    sizeLabel: "30B-A3B",
    fileType: 15,
    parameters: 30_532_122_624,
    contextLength: 1,
    pooling: "last",
    sampling: { temperature: 0.7 },
    mtpHeads: 1,
    chatTemplate: "{{ messages }} ü",
    toolTemplate: "{{ tools }}",
    projector: null,
    split: { part: 0, parts: 3 },
    tensors: 291,
  });
});

Deno.test("toHeader() reads what differs from layer to layer", () => {
  const { cache } = header({
    "llama.attention.head_count": list("i32", [8, 8, 4]),
    "llama.attention.head_count_kv": list("u32", [2, 0, 1]),
    "llama.attention.sliding_window_pattern": list("bool", [1, 1, 0]),
  });
  assertEquals([cache.heads, cache.kvHeads, cache.slidingWindowPattern], [
    [8, 8, 4],
    [2, 0, 1],
    [1, 1, 0],
  ]);
  const { cache: odd } = header({
    "llama.attention.head_count": list("i32", []),
    "llama.attention.head_count_kv": list("i32", [1, -1]),
    "llama.block_count": list("u32", [1]),
  });
  assertEquals([odd.heads, odd.kvHeads, odd.blocks], [null, null, null]);
});

for (const type of SIZED.filter((type) => !["bool", "f32", "f64"].includes(type))) {
  Deno.test(`toHeader() takes a number as ${type}`, () => {
    assertEquals(header({ "llama.context_length": scalar(type, 100) }).contextLength, 100);
  });
}

const CONTEXTS: [string, Value, number | null][] = [
  ["zero [NC24]", u32Value(0), 0],
  ["the largest of 32 bits, little-endian [NC25] [NC30]", u32Value(0xffff_ffff), 0xffff_ffff],
  ["64 bits, little-endian [NC26] [NC31]", scalar("u64", 2 ** 40 + 1), 2 ** 40 + 1],
  ["more than can be counted", scalar("u64", 2 ** 63), null],
  ["a negative number", scalar("i32", -1), null],
  ["a fraction", scalar("f32", 0.5), null],
  ["a text", text("4096"), null],
  ["a truth", scalar("bool", 1), null],
];

for (const [what, value, told] of CONTEXTS) {
  Deno.test(`toHeader() takes as context ${what}`, () => {
    assertEquals(header({ "llama.context_length": value }).contextLength, told);
  });
}

Deno.test("toHeader() reads what a projector is for, and how wide its tokens are", () => {
  const clip = (entries: Record<string, Value>) =>
    header({ "general.architecture": text("clip"), ...entries }).projector;
  assertEquals(
    clip({
      "clip.has_vision_encoder": scalar("bool", 1),
      "clip.projector_type": text("gemma3"),
      "clip.vision.projection_dim": u32Value(2560),
    }),
    { kind: "gemma3", vision: true, audio: false, width: 2560 },
  );
  assertEquals(
    clip({
      "clip.has_audio_encoder": scalar("bool", 1),
      "clip.audio.projection_dim": u32Value(1280),
    }),
    { kind: null, vision: false, audio: true, width: 1280 },
  );
  assertEquals(clip({}), { kind: null, vision: true, audio: false, width: null });
});

Deno.test("toHeader() tells poolings by their numbers, and none for an unknown one", () => {
  const pooling = (value: Value) => header({ "llama.pooling_type": value }).pooling;
  const numbers = [0, 1, 2, 3, 4, 5].map((number) => pooling(u32Value(number)));
  assertEquals(numbers, ["none", "mean", "cls", "last", "rank", null]);
  assertEquals(pooling(scalar("i32", -1)), null);
});

Deno.test("toHeader() takes a later part without an architecture, and nothing else without one", () => {
  const part = gguf({ "split.no": scalar("u16", 1), "split.count": scalar("u16", 2) });
  assertEquals(readPieces(part).split, { part: 1, parts: 2 });
  assertEquals(readOrReason(gguf({})), "it names no architecture");
});

for (const kind of ["chat", "embedding", "rerank"] as const) {
  Deno.test(`readGguf() reads the tiny model that llama-server loads, for ${kind}`, async () => {
    const read = await readGguf(await tinyModel({ template: "qwen3", kind }));
    const template = new URL("../tools/templates/qwen3.jinja", import.meta.url);
    assertEquals([read.architecture, read.fileType, read.sizeLabel], ["qwen3", 1, "tiny"]);
    assertEquals(read.chatTemplate, await Deno.readTextFile(template));
    assertEquals(read.pooling, { chat: null, embedding: "mean", rerank: "rank" }[kind]);
    assertEquals([read.cache.blocks, read.cache.embedding, read.cache.heads], [1, 192, 4]);
  });
}

Deno.test("readGguf() reads the chat template of every tiny model", async () => {
  for (const template of templateNames()) {
    const text = new URL(`../tools/templates/${template}.jinja`, import.meta.url);
    const { chatTemplate } = await readGguf(await tinyModel({ template }));
    assertEquals(chatTemplate, await Deno.readTextFile(text), template);
  }
});
