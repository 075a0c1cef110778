import { assert, assertEquals } from "@std/assert";
import type { Backend } from "../../src/machine/machine.ts";
import { roomOf } from "../../src/machine/room.ts";
import { fit } from "../../src/models/fit.ts";
import { DENSE, GIB, requestOf, roomWith } from "./fit_requests.ts";
import { shaped } from "./cache_shapes.ts";

const FITS = { kind: "fit" };

Deno.test("fit() leaves weights that fit nowhere to llama-server, with 4096 tokens [CF01] [CF16]", () => {
  const plan = fit(requestOf({ weights: 131 * GIB, room: roomWith([97], 32) }));
  assertEquals([plan.context, plan.offload, plan.limits.max], [4096, FITS, 4096]);
  assertEquals([plan.slots, plan.tight], [1, true]);
});

Deno.test("fit() does the same with several GPUs [CF02] [CF17]", () => {
  const plan = fit(requestOf({ weights: 400 * GIB, room: roomWith([80, 80, 80, 80], 32) }));
  assertEquals([plan.context, plan.offload, plan.limits.max], [4096, FITS, 4096]);
});

Deno.test("fit() does the same where the header tells nothing of the cache [CF03]", () => {
  const header = { ...shaped({}), contextLength: 131_072, pooling: null };
  const room = roomWith([80, 80, 80, 80], 32);
  const plan = fit(requestOf({ weights: 400 * GIB, header, room }));
  assertEquals([plan.context, plan.offload, plan.limits.max], [4096, FITS, 4096]);
});

Deno.test("fit() keeps an asked context whose cache is too large [CF04]", () => {
  const wishes = { context: 131_072 };
  const room = roomWith([24], 64);
  const plan = fit(requestOf({ weights: 8 * GIB, wishes, room }));
  assertEquals([plan.context, plan.offload, plan.slots], [131_072, FITS, 1]);
  assert(plan.limits.max < 131_072);
});

Deno.test("fit() puts an asked context that fits on one GPU [CF05]", () => {
  const wishes = { context: 8192 };
  const plan = fit(requestOf({ weights: 8 * GIB, wishes, room: roomWith([24, 24], 64) }));
  assertEquals([plan.context, plan.offload], [8192, { kind: "all", gpus: [0] }]);
});

const KEPT: [string, number][] = [
  ["32768 [CF06]", 32_768],
  ["4096 [CF07]", 4096],
  ["2048 [CF08]", 2048],
  ["1000", 1000],
];

for (const [what, context] of KEPT) {
  Deno.test(`fit() keeps an asked context beside weights that fit nowhere: ${what}`, () => {
    const room = roomWith([97], 32);
    const plan = fit(requestOf({ weights: 131 * GIB, wishes: { context }, room }));
    assertEquals([plan.context, plan.offload, plan.tight], [context, FITS, true]);
  });
}

Deno.test("fit() puts a small model on one of several GPUs [CF09]", () => {
  const plan = fit(requestOf({ weights: 4 * GIB, room: roomWith([80, 80], 64) }));
  assertEquals(plan.offload, { kind: "all", gpus: [0] });
  assert(plan.context > 4096);
});

Deno.test("fit() puts 60 GiB on two GPUs [CF10] [CF20]", () => {
  const plan = fit(requestOf({ weights: 60 * GIB, room: roomWith([48, 48, 48], 64) }));
  assertEquals(plan.offload, { kind: "all", gpus: [0, 1] });
  assert(plan.limits.max > 4096);
});

Deno.test("fit() counts files alone where the header tells no more [CF11] [CF22]", () => {
  const header = { ...shaped({}), contextLength: 40_960, pooling: null };
  const plan = fit(requestOf({ weights: 8 * GIB, header, room: roomWith([24], 64) }));
  assertEquals(plan.offload, { kind: "all", gpus: [0] });
  assertEquals([plan.context, plan.slots, plan.limits.max], [40_960, 1, 40_960]);
});

const BACKENDS: [string, Backend][] = [
  ["cuda [CF12]", "cuda"],
  ["vulkan [CF13]", "vulkan"],
  ["metal [CF14]", "metal"],
  ["rocm [CF15]", "rocm"],
];

for (const [what, backend] of BACKENDS) {
  Deno.test(`fit() decides by bytes alone, whatever the backend: ${what}`, () => {
    const memory = { total: 24 * GIB, free: 24 * GIB };
    const room = roomOf({
      ram: { total: 64 * GIB, free: 64 * GIB },
      gpus: [{ index: 0, name: "x", backend, ...memory }],
      unified: false,
    });
    const small = fit(requestOf({ weights: 4 * GIB, room }));
    const large = fit(requestOf({ weights: 400 * GIB, room }));
    assertEquals([small.offload, large.offload], [{ kind: "all", gpus: [0] }, FITS]);
    assertEquals(small, fit(requestOf({ weights: 4 * GIB, room: roomWith([24], 64) })));
  });
}

Deno.test("fit() keeps a native context below 4096 [CF18]", () => {
  const header = { ...DENSE, contextLength: 2048 };
  const plan = fit(requestOf({ weights: 400 * GIB, header, room: roomWith([80], 32) }));
  assertEquals([plan.context, plan.limits], [2048, { native: 2048, max: 2048 }]);
});

Deno.test("fit() finds a context between 4096 and the native one [CF19]", () => {
  const { context, limits } = fit(requestOf({ weights: 8 * GIB, room: roomWith([16], 64) }));
  assert(limits.max > 4096 && limits.max <= 131_072);
  assertEquals([limits.max, limits.max % 256], [context, 0]);
});

Deno.test("fit() gives a tiny model all of its context but for the last step [CF21]", () => {
  const header = { ...DENSE, contextLength: 32_700 };
  const plan = fit(requestOf({ weights: GIB / 2, header, room: roomWith([24], 64) }));
  assertEquals([plan.context, plan.limits], [32_512, { native: 32_700, max: 32_512 }]);
});

Deno.test("fit() tells the native context as the header has it, whatever fits [NC03] [NC04] [NC11] [NC29]", () => {
  const request = requestOf({ weights: 8 * GIB, room: roomWith([16], 64) });
  const before = structuredClone(request);
  const { context, limits } = fit(request);
  assertEquals([limits.native, context < 131_072, limits.max < 131_072], [131_072, true, true]);
  assertEquals(request, before);
});

Deno.test("fit() keeps the native context beside an asked one [NC08]", () => {
  const wishes = { context: 8192 };
  const { limits } = fit(requestOf({ weights: 4 * GIB, wishes, room: roomWith([24], 64) }));
  assertEquals(limits.native, 131_072);
});

Deno.test("fit() orders its three contexts where memory is short [NC09] [NC12]", () => {
  for (const slots of [1, 2, 3]) {
    const room = roomWith([16], 64);
    const { context, limits } = fit(requestOf({ weights: 8 * GIB, wishes: { slots }, room }));
    assert(context <= limits.max && limits.max < (limits.native ?? 0));
  }
});

Deno.test("fit() has one context where memory is plenty [NC10] [NC28]", () => {
  const header = { ...DENSE, contextLength: 40_960 };
  const { context, limits } = fit(requestOf({ weights: GIB, header, room: roomWith([80], 64) }));
  assertEquals([context, limits], [40_960, { native: 40_960, max: 40_960 }]);
});
