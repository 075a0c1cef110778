import { assert, assertEquals } from "@std/assert";
import { fit } from "../../src/models/fit.ts";
import { shaped } from "./cache_shapes.ts";
import { DENSE, GIB, requestOf, roomWith } from "./fit_requests.ts";

Deno.test("fit() uses RAM alone where there is no GPU", () => {
  const plan = fit(requestOf({ room: roomWith([], 32) }));
  const cache = 131_072 * 128 * 1024;
  const buffers = 256 * 1024 ** 2 + 512 * (64 * 4096 + 6 * 131_072);
  assertEquals(plan, {
    context: 131_072,
    slots: 1,
    total: 131_072,
    batch: null,
    offload: { kind: "none" },
    bytes: { ram: 4 * GIB + cache + buffers, vram: 0 },
    limits: { native: 131_072, max: 131_072 },
    tight: false,
  });
});

Deno.test("fit() has a plan for weights that are larger than the RAM", () => {
  const plan = fit(requestOf({ weights: 40 * GIB, room: roomWith([], 32) }));
  assertEquals([plan.context, plan.slots, plan.offload, plan.tight], [
    4096,
    1,
    { kind: "none" },
    true,
  ]);
});

Deno.test("fit() leaves a tenth of the room", () => {
  for (const ram of [10, 12, 16]) {
    const { bytes, context } = fit(requestOf({ room: roomWith([], ram) }));
    assert(bytes.ram <= 0.9 * ram * GIB && bytes.ram > 0.85 * ram * GIB, `${ram}: ${context}`);
  }
});

Deno.test("fit() chooses no more than 131072 tokens, and tells of more", () => {
  const header = { ...DENSE, contextLength: 1_048_576 };
  const { context, limits } = fit(requestOf({ header, room: roomWith([80], 64) }));
  assertEquals(context, 131_072);
  assert(limits.max > 400_000 && limits.max < 1_048_576);
  assertEquals(fit(requestOf({ header, wishes: { context: 400_000 } })).context, 400_000);
});

Deno.test("fit() adds slots while the cache stays within a quarter of the room", () => {
  const header = { ...DENSE, contextLength: 8192 };
  const slots = (gpu: number) => {
    const plan = fit(requestOf({ weights: GIB, header, room: roomWith([gpu], 64) }));
    assertEquals([plan.context, plan.total], [8192, 8192 * plan.slots]);
    return plan.slots;
  };
  assertEquals([4, 8, 10, 14, 18, 80].map(slots), [1, 1, 2, 3, 4, 4]);
});

Deno.test("fit() gives asked slots one context each, and no other number of them", () => {
  const plan = fit(requestOf({ wishes: { slots: 6 }, room: roomWith([24], 64) }));
  assertEquals([plan.slots, plan.total], [6, 6 * plan.context]);
  assert(plan.context > 4096 && plan.context < 30_000);
  const both = fit(requestOf({ wishes: { slots: 3, context: 5000 } }));
  assertEquals([both.slots, both.context, both.total], [3, 5000, 15_000]);
});

Deno.test("fit() finds a larger context for a smaller type of cache", () => {
  const contexts = (["f32", "f16", "q8_0", "q4_0"] as const).map((cacheType) =>
    fit(requestOf({ wishes: { cacheType }, room: roomWith([12], 64) })).context
  );
  assertEquals(contexts, contexts.toSorted((a, b) => a - b));
  assertEquals(new Set(contexts).size, 4);
});

Deno.test("fit() takes the roomiest GPUs, and as few as hold the whole context", () => {
  const gpus = (weights: number) =>
    fit(requestOf({ weights: weights * GIB, room: roomWith([12, 24, 16, 24], 64) })).offload;
  assertEquals(gpus(5), { kind: "all", gpus: [1, 3] });
  assertEquals(gpus(2), { kind: "all", gpus: [1] });
  assertEquals(gpus(30), { kind: "all", gpus: [1, 2, 3] });
  assertEquals(gpus(60), { kind: "all", gpus: [0, 1, 2, 3] });
});

Deno.test("fit() shrinks the context before it leaves the GPUs", () => {
  const plan = fit(requestOf({ weights: 18 * GIB, room: roomWith([24], 256) }));
  assertEquals(plan.offload, { kind: "all", gpus: [0] });
  assert(plan.context > 4096 && plan.context < 32_768);
  assertEquals(plan.bytes.ram, 0);
});

Deno.test("fit() gives the cache a quarter of GPUs that the weights fill", () => {
  const plan = fit(requestOf({ weights: 60 * GIB, room: roomWith([24], 128) }));
  assertEquals(plan.offload, { kind: "fit" });
  assertEquals(plan.context, Math.floor(0.9 * 24 * GIB / 4 / (128 * 1024) / 256) * 256);
  assertEquals([plan.slots, plan.tight, plan.limits.max], [1, false, 131_072]);
  assertEquals(plan.bytes.vram, Math.floor(0.9 * 24 * GIB));
});

Deno.test("fit() counts layers where llama-server cannot fit by itself", () => {
  const request = requestOf({
    weights: 60 * GIB,
    room: roomWith([24], 128),
    engineFits: false,
  });
  const plan = fit(request);
  assertEquals(plan.offload, { kind: "layers", layers: 10 });
  assert(plan.bytes.vram <= 0.9 * 24 * GIB && plan.bytes.ram > 40 * GIB);
  const gpuLayers = 11;
  assert(fit({ ...request, wishes: { gpuLayers } }).bytes.vram > plan.bytes.vram);
  const small = fit({ ...request, room: roomWith([1], 128) });
  assertEquals([small.offload, small.bytes.vram], [{ kind: "none" }, 0]);
  const header = { ...shaped({}), contextLength: 8192, pooling: null };
  assertEquals(fit({ ...request, header }).offload, { kind: "none" });
});

Deno.test("fit() keeps an asked number of layers", () => {
  const half = fit(requestOf({ wishes: { gpuLayers: 16, context: 4096, slots: 1 } }));
  assertEquals(half.offload, { kind: "layers", layers: 16 });
  assert(half.bytes.ram > 2 * GIB && half.bytes.vram > 2 * GIB && !half.tight);
  const whole = fit(requestOf({ wishes: { gpuLayers: 99 } }));
  assertEquals([whole.offload, whole.bytes.ram], [{ kind: "layers", layers: 99 }, 0]);
  const none = fit(requestOf({ wishes: { gpuLayers: 0 } }));
  assertEquals([none.offload, none.bytes.vram], [{ kind: "none" }, 0]);
  assertEquals(fit(requestOf({ weights: 60 * GIB, wishes: { gpuLayers: 33 } })).tight, true);
});

Deno.test("fit() counts shared memory once", () => {
  const mac = (weights: number) =>
    fit(requestOf({ weights: weights * GIB, room: roomWith([48], 60, true) }));
  assertEquals([mac(20).offload, mac(20).bytes.ram], [{ kind: "all", gpus: [0] }, 0]);
  assertEquals([mac(50).offload, mac(50).tight], [{ kind: "fit" }, false]);
  assertEquals([mac(60).tight, mac(60).context], [true, 4096]);
  const apart = fit(requestOf({ weights: 60 * GIB, room: roomWith([48], 60) }));
  assertEquals(apart.tight, false);
});

Deno.test("fit() lets models that embed or rank read whole inputs", () => {
  const pooled = (contextLength: number, gpu: number) => {
    const header = { ...DENSE, contextLength, pooling: "rank" as const };
    const { context, slots, batch } = fit(
      requestOf({ weights: GIB, header, room: roomWith([gpu], 64) }),
    );
    return [context, slots, batch];
  };
  assertEquals(pooled(32_768, 80), [8192, 4, 8192]);
  assertEquals(pooled(32_768, 7), [8192, 1, 8192]);
  assertEquals(pooled(512, 80), [512, 4, 512]);
});

Deno.test("fit() counts projector and draft model", () => {
  const [plain, seeing, drafted] = [
    requestOf({ wishes: { context: 8192, slots: 1 } }),
    requestOf({ wishes: { context: 8192, slots: 1 }, projector: GIB }),
    requestOf({
      wishes: { context: 8192, slots: 1 },
      draft: { weights: GIB, header: DENSE },
    }),
  ].map((request) => fit(request).bytes.vram);
  assertEquals(seeing! - plain!, GIB + 512 * 1024 ** 2);
  assertEquals(drafted! - plain!, GIB + 8192 * 128 * 1024 + 256 * 1024 ** 2);
});

Deno.test("fit() has a plan for a header that says nothing, and for one that says too much", () => {
  const silent = { ...shaped({}), contextLength: null, pooling: null };
  const { context, limits } = fit(requestOf({ header: silent }));
  assertEquals([context, limits], [4096, { native: null, max: 4096 }]);
  const most = Number.MAX_SAFE_INTEGER;
  const huge = shaped({ blocks: 500, kvHeads: most, keyLength: most, valueLength: most });
  const plan = fit(requestOf({ header: { ...huge, contextLength: most, pooling: null } }));
  assertEquals([plan.context, plan.tight], [4096, true]);
  assertEquals(fit(requestOf({ header: { ...silent, contextLength: 0 } })).context, 4096);
});
