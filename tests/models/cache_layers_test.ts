import { assertEquals } from "@std/assert";
import { cacheLayers } from "../../src/models/cache_layers.ts";
import { bytesOf, headerOf, shaped } from "./cache_shapes.ts";
import { list } from "./gguf_writer.ts";

const WINDOW = { slidingWindow: 1024, keyLength: 128, valueLength: 128 };

/** The windows of the layers in their order. */
function windows(...of: Parameters<typeof shaped>): (number | null)[] | undefined {
  return cacheLayers(shaped(...of))?.attending.map(({ window }) => window);
}

Deno.test("cacheLayers() alternates the windows of gpt-oss, and a quarter is whole otherwise [KV36]", () => {
  const shape = {
    ...WINDOW,
    blocks: 24,
    slidingWindow: 128,
    kvHeads: 8,
    keyLength: 64,
    valueLength: 64,
  };
  const token = 8 * 128 * 2;
  assertEquals(bytesOf(shaped(shape, "gpt-oss"), 131_072), (12 * 131_072 + 12 * 128) * token);
  assertEquals(bytesOf(shape, 131_072), (6 * 131_072 + 18 * 128) * token);
  assertEquals(windows(shape, "gpt-oss")?.slice(0, 4), [128, null, 128, null]);
});

Deno.test("cacheLayers() follows a list of the layers with a window", () => {
  const slidingWindowPattern = [1, 1, 0, 1];
  const expected = [1024, 1024, null, 1024, null];
  assertEquals(windows({ ...WINDOW, blocks: 5, slidingWindowPattern }, "gpt-oss"), expected);
});

const PERIODS: [number, (number | null)[]][] = [
  [3, [1024, 1024, null, 1024, 1024, null]],
  [1, [null, null, null, null, null, null]],
  [0, [1024, 1024, 1024, 1024, 1024, 1024]],
];

for (const [slidingWindowPattern, expected] of PERIODS) {
  Deno.test(`cacheLayers() follows a period of ${slidingWindowPattern}`, () => {
    assertEquals(windows({ ...WINDOW, blocks: 6, slidingWindowPattern }), expected);
  });
}

Deno.test("cacheLayers() knows the periods of architectures", () => {
  const whole = (architecture: string) =>
    windows({ ...WINDOW, blocks: 62 }, architecture)?.filter((each) => each === null).length;
  assertEquals([whole("gemma3"), whole("gemma2"), whole("cohere2")], [10, 31, 15]);
});

Deno.test("cacheLayers() gives layers with a window their own lengths", () => {
  const header = headerOf({
    "block_count": 3,
    "attention.head_count_kv": list("i32", [8, 8, 2]),
    "attention.sliding_window": 512,
    "attention.sliding_window_pattern": list("bool", [1, 1, 0]),
    "attention.key_length": 512,
    "attention.value_length": 512,
    "attention.key_length_swa": 256,
    "attention.value_length_swa": 128,
  });
  assertEquals(cacheLayers(header)?.attending, [
    { elements: 8 * 384, window: 512 },
    { elements: 8 * 384, window: 512 },
    { elements: 2 * 1024, window: null },
  ]);
});

Deno.test("cacheLayers() counts no cache for layers that share one", () => {
  const shape = { ...WINDOW, blocks: 6, slidingWindowPattern: 3 };
  assertEquals(windows({ ...shape, sharedKvLayers: 2 }), [1024, 1024, null, 1024]);
  assertEquals(windows({ ...shape, sharedKvLayers: 9 }), []);
});

Deno.test("cacheLayers() takes no window where a header of old does not say how long keys are", () => {
  const shape = { blocks: 2, slidingWindow: 2048, embedding: 64, heads: 4 };
  assertEquals(windows(shape, "phi3"), [null, null]);
});

Deno.test("cacheLayers() counts a state for the layers that do not attend", () => {
  const shape = {
    ...{ blocks: 48, fullAttentionInterval: 4, kvHeads: 2, keyLength: 256, valueLength: 256 },
    ...{ ssmConvKernel: 4, ssmInnerSize: 4096, ssmStateSize: 128, ssmGroupCount: 16 },
  };
  const state = 4 * (3 * (4096 + 2 * 16 * 128) + 128 * 4096);
  assertEquals(cacheLayers(shaped(shape))?.state, 36 * state);
  assertEquals(bytesOf(shape, 1000, { slots: 3 }), 3 * (12 * 1000 * 1024 * 2 + 36 * state));
  const listed = { ...shape, fullAttentionInterval: null, kvHeads: [0, 8, 0, 8], blocks: 4 };
  assertEquals(cacheLayers(shaped(listed))?.attending.length, 2);
  assertEquals(cacheLayers(shaped(listed))?.state, 2 * state);
});

Deno.test("cacheLayers() counts a state for every layer where all attend, and where none does", () => {
  const ssm = { ssmConvKernel: 4, ssmInnerSize: 64, ssmStateSize: 16 };
  const state = 4 * (3 * 64 + 16 * 64);
  const both = { blocks: 3, embedding: 32, heads: 2, ...ssm };
  assertEquals([cacheLayers(shaped(both))?.attending.length, cacheLayers(shaped(both))?.state], [
    3,
    3 * state,
  ]);
  assertEquals(cacheLayers(shaped({ ...both, heads: 0 })), { attending: [], state: 3 * state });
});

Deno.test("cacheBytes() holds what is being read beside a window, in every slot", () => {
  const shape = { ...WINDOW, blocks: 4, slidingWindowPattern: 4 };
  const bytes = bytesOf(shape, 8192, { batch: 512, slots: 2 });
  assertEquals(bytes, 2 * (3 * (1024 + 512) + 8192) * 256 * 2);
});

Deno.test("cacheBytes() of encoders is nothing", () => {
  const shape = { blocks: 24, embedding: 1024, heads: 16 };
  assertEquals(bytesOf(shaped(shape, "nomic-bert-moe"), 8192), 0);
  assertEquals(bytesOf(shaped(shape, "qwen3"), 8192), 24 * 8192 * 2048 * 2);
});
