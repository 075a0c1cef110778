import { assertEquals } from "@std/assert";
import type { CacheShape } from "../../src/models/gguf_header.ts";
import { CACHE_TYPES, type CacheType } from "../../src/models/kv_cache.ts";
import { bytesOf, headerOf } from "./cache_shapes.ts";

const MLA = { blocks: 61, kvLoraRank: 512, keyLength: 576 };
const HYBRID = {
  ...{ blocks: 64, fullAttentionInterval: 4, ssmInnerSize: 6144 },
  ...{ kvHeads: 4, keyLength: 256, valueLength: 256 },
};
const WINDOWED = { blocks: 62, slidingWindow: 1024, kvHeads: 16, keyLength: 128, valueLength: 128 };
const GQA = { blocks: 36, kvHeads: 8, keyLength: 128, valueLength: 128 };
const LEGACY = { blocks: 32, embedding: 4096, heads: 32, kvHeads: 8 };

const ENOUGH: [string, Partial<CacheShape>, boolean][] = [
  ["without layers [KV17]", { keyLength: 128, valueLength: 128 }, false],
  ["with both lengths [KV18]", { blocks: 1, keyLength: 128, valueLength: 128 }, true],
  ["with the length of keys alone [KV19]", { blocks: 1, keyLength: 128 }, false],
  ["with the rank of MLA [KV20]", { blocks: 1, kvLoraRank: 512 }, true],
  ["with width and heads [KV21]", { blocks: 1, embedding: 64, heads: 4 }, true],
  ["with width and KV heads [KV22]", { blocks: 1, embedding: 64, kvHeads: 4 }, true],
  ["with heads and no width [KV23]", { blocks: 1, heads: 4, kvHeads: 4 }, false],
  ["with nothing [KV24]", {}, false],
  ["with more layers than any model has", { ...GQA, blocks: 2 ** 40 }, false],
];

for (const [what, shape, enough] of ENOUGH) {
  Deno.test(`cacheBytes() is ${enough ? "a" : "no"} number ${what}`, () => {
    assertEquals(bytesOf(shape, 1024) !== null, enough);
    assertEquals(bytesOf(shape, 0), enough ? 0 : null);
  });
}

const EXACT: [string, Partial<CacheShape>, number, number][] = [
  ["MLA [KV25]", MLA, 163_840, 61 * 163_840 * 576 * 2],
  ["MLA, whatever the values' length [KV26]", { ...MLA, valueLength: 512 }, 1024, 61 * 1024 * 1152],
  [
    "MLA by rank and MLA's keys [KV27]",
    { blocks: 61, kvLoraRank: 512, keyLengthMla: 192 },
    1024,
    61 * 1024 * (512 + 192) * 2,
  ],
  ["MLA by the rank [KV28]", { blocks: 61, kvLoraRank: 512 }, 1024, 61 * 1024 * (512 + 64) * 2],
  ["MLA's one KV head, not its heads [KV29]", { ...MLA, heads: 128 }, 1024, 61 * 1024 * 1152],
  ["16 of 64 hybrid layers [KV31]", HYBRID, 8192, 16 * 8192 * 4 * 512 * 2],
  ["10 of 40 hybrid layers [KV32]", { ...HYBRID, blocks: 40 }, 8192, 10 * 8192 * 4 * 512 * 2],
  [
    "hybrid layers by width and heads [KV33]",
    { ...HYBRID, keyLength: null, valueLength: null, embedding: 5120, heads: 40 },
    8192,
    16 * 8192 * 4 * 2 * 128 * 2,
  ],
  [
    "all hybrid layers at an interval of 0 [KV34]",
    { ...HYBRID, fullAttentionInterval: 0 },
    8192,
    64 * 8192 * 4 * 512 * 2,
  ],
  [
    "15 whole layers and 47 with a window [KV35]",
    WINDOWED,
    131_072,
    (15 * 131_072 + 47 * 1024) * 16 * 256 * 2,
  ],
  ["all layers alike below the window [KV37]", WINDOWED, 512, 62 * 512 * 16 * 256 * 2],
  [
    "an odd number of layers [KV38]",
    { ...WINDOWED, blocks: 27 },
    8192,
    (6 * 8192 + 21 * 1024) * 16 * 256 * 2,
  ],
  [
    "one whole layer at least",
    { ...WINDOWED, blocks: 3 },
    8192,
    (8192 + 2 * 1024) * 16 * 256 * 2,
  ],
  ["KV heads that are shared [KV39]", GQA, 32_768, 36 * 32_768 * 8 * 256 * 2],
  [
    "keys and values of different length [KV40]",
    { ...GQA, keyLength: 192 },
    1024,
    36 * 1024 * 8 * 320 * 2,
  ],
  ["width and heads [KV42]", LEGACY, 4096, 2 * 8 * 128 * 32 * 4096 * 2],
  ["width and heads alone [KV43]", { ...LEGACY, kvHeads: null }, 4096, 2 * 32 * 128 * 32 * 8192],
  ["one token [KV59]", GQA, 1, 36 * 8 * 256 * 2],
  ["ten million tokens [KV60]", GQA, 10_000_000, 36 * 10_000_000 * 8 * 256 * 2],
  ["no tokens [KV57]", GQA, 0, 0],
  ["fewer than none [KV58]", GQA, -1, 0],
  ["as many KV heads as heads [KV61]", { ...GQA, kvHeads: null, heads: 32 }, 1, 36 * 32 * 512],
  ["one KV head [KV62]", { ...GQA, kvHeads: null }, 1, 36 * 512],
];

for (const [what, shape, context, bytes] of EXACT) {
  Deno.test(`cacheBytes() counts ${what}`, () => assertEquals(bytesOf(shape, context), bytes));
}

Deno.test("cacheBytes() of lengths differs from that of the width [KV41]", () => {
  const shape = { ...LEGACY, keyLength: 256, valueLength: 256 };
  assertEquals([bytesOf(LEGACY, 64), bytesOf(shape, 64)], [8_388_608, 16_777_216]);
});

Deno.test("cacheBytes() of width and heads is the formula of old [KV44]", () => {
  const old = (context: number) => 2 * 8 * (4096 / 32) * 32 * context * 2;
  for (const context of [1, 2048, 131_072]) assertEquals(bytesOf(LEGACY, context), old(context));
});

Deno.test("cacheBytes() takes MLA before all else [KV45]", () => {
  const all = { ...HYBRID, ...WINDOWED, ...LEGACY, ...MLA, kvHeads: 1 };
  assertEquals(bytesOf(all, 65_536), bytesOf(MLA, 65_536));
});

Deno.test("cacheBytes() takes hybrid layers before windows [KV46]", () => {
  assertEquals(bytesOf({ ...HYBRID, slidingWindow: 1024 }, 65_536), bytesOf(HYBRID, 65_536));
});

Deno.test("cacheBytes() has five ways that differ [KV47]", () => {
  const common = { blocks: 64, kvHeads: 4, embedding: 8192, heads: 64 };
  const lengths = { keyLength: 256, valueLength: 256 };
  const ways = [
    { ...common, kvLoraRank: 512 },
    { ...common, ...lengths, fullAttentionInterval: 4, ssmInnerSize: 6144 },
    { ...common, ...lengths, slidingWindow: 1024 },
    { ...common, ...lengths },
    common,
  ];
  const bytes = ways.map((way) => bytesOf(way, 32_768));
  assertEquals(new Set(bytes).size, 5);
  assertEquals(bytes.filter((each) => each === null || each <= 0), []);
});

const TYPES: [string, CacheType, number][] = [
  ["f32 [KV48]", "f32", 4],
  ["f16 [KV49]", "f16", 2],
  ["bf16 [KV50]", "bf16", 2],
  ["q8_0 [KV51]", "q8_0", 1.0625],
  ["q5_1 [KV52]", "q5_1", 0.75],
  ["q5_0 [KV53]", "q5_0", 0.6875],
  ["q4_1 [KV54]", "q4_1", 0.625],
  ["q4_0 [KV55]", "q4_0", 0.5625],
  ["iq4_nl [KV56]", "iq4_nl", 0.5625],
];

for (const [what, type, size] of TYPES) {
  Deno.test(`cacheBytes() counts ${size} bytes for a number in ${what}`, () => {
    assertEquals(bytesOf(GQA, 4096, { type }), 36 * 4096 * 8 * 256 * size);
  });
}

Deno.test("cacheBytes() of MLA in q4_0 is exact [KV30]", () => {
  assertEquals(bytesOf(MLA, 163_840, { type: "q4_0" }), 61 * 163_840 * 576 * 0.5625);
  assertEquals(CACHE_TYPES.length, TYPES.length);
});

const LENGTHS = { "attention.key_length": 128, "attention.value_length": 128 };
const FILES: [string, Record<string, number>, number][] = [
  [
    "MLA [KV65]",
    { "block_count": 61, "attention.kv_lora_rank": 512, "attention.key_length": 576 },
    61 * 8192 * 576 * 2,
  ],
  [
    "hybrid layers [KV66]",
    {
      ...{ "block_count": 64, "attention.head_count_kv": 4, ...LENGTHS },
      ...{ "full_attention_interval": 4, "ssm.inner_size": 6144 },
    },
    16 * 8192 * 4 * 256 * 2,
  ],
  [
    "windows [KV67]",
    {
      "block_count": 62,
      "attention.head_count_kv": 16,
      "attention.sliding_window": 1024,
      ...LENGTHS,
    },
    (15 * 8192 + 47 * 1024) * 16 * 256 * 2,
  ],
  [
    "shared KV heads [KV68]",
    { "block_count": 36, "attention.head_count_kv": 8, ...LENGTHS },
    36 * 8192 * 8 * 256 * 2,
  ],
  [
    "width and heads [KV69]",
    { "block_count": 32, "embedding_length": 4096, "attention.head_count": 32 },
    2 * 32 * 128 * 32 * 8192 * 2,
  ],
];

for (const [what, entries, bytes] of FILES) {
  Deno.test(`cacheBytes() of a file counts ${what}`, () => {
    assertEquals(bytesOf(headerOf(entries), 8192), bytes);
  });
}
