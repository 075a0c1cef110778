/** What models may take together, and that plans keep to it. */
import { assert, assertEquals } from "@std/assert";
import type { Machine } from "../../src/machine/machine.ts";
import type { Room } from "../../src/machine/room.ts";
import type { Model } from "../../src/models/model.ts";
import { besides, budgetOf, memoryIn, memoryOf } from "../../src/supervise/budget.ts";
import { withSettings } from "../../src/supervise/model_settings.ts";
import { planned } from "../../src/supervise/planner.ts";
import { headerOf } from "../models/cache_shapes.ts";
import { DENSE, GIB, roomWith } from "../models/fit_requests.ts";

function machineWith(gpus: readonly number[], ram: number, unified = false): Machine {
  return {
    ram: { total: ram * GIB, free: ram * GIB },
    gpus: gpus.map((size, index) => ({
      ...{ index, name: "x", backend: unified ? "metal" as const : "cuda" as const },
      ...{ total: size * GIB, free: size * GIB },
    })),
    unified,
  };
}

function assertRoom(room: Room, { ram, vram }: { ram: number; vram: number }): void {
  const memory = memoryIn(room);
  const gib = (bytes: number) => Math.round(bytes / GIB * 1000) / 1000;
  assertEquals({ ram: gib(memory.ram), vram: gib(memory.vram) }, { ram, vram });
}

Deno.test("budgetOf() takes nine tenths of what is free, or what the user allows", () => {
  const gpus = machineWith([24, 12], 64);
  assertRoom(budgetOf(gpus, 0), { ram: 57.6, vram: 32.4 });
  assertRoom(budgetOf(gpus, 16 * 1024), { ram: 57.6, vram: 16 });
  assertRoom(budgetOf(gpus, 999 * 1024), { ram: 57.6, vram: 32.4 });
  assertRoom(budgetOf(machineWith([], 64), 16 * 1024), { ram: 16, vram: 0 });
});

Deno.test("budgetOf() bounds all memory where GPU and processor share it", () => {
  assertRoom(budgetOf(machineWith([48], 64, true), 0), { ram: 57.6, vram: 43.2 });
  assertRoom(budgetOf(machineWith([48], 64, true), 16 * 1024), { ram: 16, vram: 16 });
});

Deno.test("besides() leaves what others do not have", () => {
  const room = roomWith([24, 24], 64);
  assertRoom(besides(room, { ram: 7.6 * GIB, vram: 3.2 * GIB }), { ram: 50, vram: 40 });
  assertRoom(besides(room, { ram: 99 * GIB, vram: 99 * GIB }), { ram: 0, vram: 0 });
});

/** A model of so many GiB, planned in a room; its cache of prompts included. */
function plannedIn(room: Room, weights: number) {
  const header = { ...headerOf({}), ...DENSE };
  const model: Model = {
    ...{ id: "m", name: "m", quant: null, aliases: [], source: "folder", can: ["chat"] },
    ...{ files: ["/m.gguf"], parts: 1, complete: true, header, projector: null },
    size: weights * GIB,
  };
  const settings = withSettings([model], {}).settingsOf(model);
  const surroundings = { room, gpus: [], supports: () => true, slotFolder: null };
  return planned({ model, header, settings, draft: null, ...surroundings });
}

const ROOMS = {
  "RAM": roomWith([], 64),
  "a GPU": roomWith([24], 64),
  "memory that a GPU shares": roomWith([64], 64, true),
  "memory of which a GPU has a part": roomWith([48], 64, true),
};

for (const [what, room] of Object.entries(ROOMS)) {
  Deno.test(`a plan keeps to what others leave of ${what}`, () => {
    const vram = room.gpus.length > 0 ? 8 * GIB : 0;
    for (const stay of [{ ram: 0, vram: 0 }, { ram: 9 * GIB, vram }]) {
      for (const weights of [1, 8, 20, 30, 40]) {
        const { plan, shape } = plannedIn(besides(room, stay), weights);
        if (plan.tight) continue;
        const { ram, vram } = memoryOf(plan, shape.promptCache, room);
        const all = memoryIn(room);
        const told = `${weights} GiB: ${(stay.ram + ram) / GIB}, ${(stay.vram + vram) / GIB}`;
        assert(stay.ram + ram <= all.ram && stay.vram + vram <= all.vram, told);
      }
    }
  });
}
