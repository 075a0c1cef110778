import { assertEquals } from "@std/assert";
import { chooseGpus, gpuUse, type UsableGpu } from "../../src/supervise/gpu_use.ts";

const GIB = 1024 ** 3;

function gpus(...rooms: number[]): UsableGpu[] {
  return rooms.map((room, index) => ({ index, backend: "cuda", room: room * GIB }));
}

function plan(count: number, vram: number) {
  const offload = { kind: "all" as const, gpus: Array.from({ length: count }, (_, i) => i) };
  return { offload, bytes: { ram: 0, vram: vram * GIB } };
}

Deno.test("gpuUse() puts models side by side on different GPUs, as long as they have room", () => {
  const use = gpuUse();
  const two = gpus(24, 24);
  const first = use.enter(plan(1, 16), two);
  const second = use.enter(plan(1, 16), two);
  assertEquals([first.devices, second.devices], [["CUDA0"], ["CUDA1"]]);
  // Eight are left on each: llama-server parts it.
  const third = use.enter(plan(1, 12), two);
  assertEquals(third.devices, []);
  third.leave();
  first.leave();
  assertEquals(use.enter(plan(1, 12), two).devices, ["CUDA0"]);
});

Deno.test("gpuUse() names nothing where all GPUs are wanted, or none", () => {
  const use = gpuUse();
  assertEquals(use.enter(plan(2, 40), gpus(24, 24)).devices, []);
  const none = { offload: { kind: "none" as const }, bytes: { ram: GIB, vram: 0 } };
  assertEquals(use.enter(none, gpus(24, 24)).devices, []);
  const metal: UsableGpu[] = [{ index: 0, backend: "metal", room: GIB }];
  assertEquals(use.enter(plan(1, 0.5), metal).devices, []);
});

Deno.test("chooseGpus() takes those with the most left, in their order", () => {
  const names = (used: number[]) =>
    chooseGpus(2, 10 * GIB, gpus(24, 16, 24), (index) => (used[index] ?? 0) * GIB)
      ?.map(({ index }) => index);
  assertEquals(names([0, 0, 0]), [0, 2]);
  assertEquals(names([20, 0, 0]), [1, 2]);
  assertEquals(names([20, 12, 0]), undefined);
});
