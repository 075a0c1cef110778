/** Gets models ready to be started: looks at their files, plans them, and knows how to run them. */
import { createHash } from "node:crypto";
import type { Engine } from "../engine/probe.ts";
import type { Machine } from "../machine/machine.ts";
import type { Room as MachineRoom } from "../machine/room.ts";
import type { Model } from "../models/model.ts";
import { resolveModel } from "../models/resolve.ts";
import { type RunShape, serverArguments } from "./arguments.ts";
import { gpuUse, type UsableGpu } from "./gpu_use.ts";
import { besides, budgetOf, memoryIn, memoryOf } from "./budget.ts";
import type { EngineAtHand } from "./engine_at_hand.ts";
import type { Memory, Room } from "./evict.ts";
import { cannotLoad, MISSING_PARTS } from "./failure.ts";
import type { SetModels } from "./model_settings.ts";
import { type Planned, planned } from "./planner.ts";
import type { Prepared } from "./resident.ts";
import { type RunPlace, startServer } from "./server.ts";
import type { SlotFiles } from "./slot_files.ts";

export interface PreparingOptions {
  /** The models of the last look, with their settings. */
  known(): SetModels<Model>;
  atHand: EngineAtHand;
  /** MiB that models may take; 0 for what is free. */
  memoryMb: number;
  /** Models side by side; 0 for as many as memory allows. */
  maxModels: number;
  /** Seconds of idleness until a model is stopped; 0 for never. */
  ttl: number;
  /** Null where nothing is to be kept. */
  slotFiles: SlotFiles | null;
  placeOf(id: string): RunPlace;
  /** What pinned models take that run, without this one. */
  pinned(id: string): Memory;
}

export interface Preparing {
  /** Plans every model anew; what a list tells of them waits for nobody. */
  plan(): Promise<void>;
  /** How a model would be run; null before that was planned. */
  planOf(id: string): Omit<Planned, "shape"> | null;
  /** Looks whether a model can be started; throws an ApiError where it cannot. */
  prepare(id: string): Promise<Prepared>;
  /** What all models may take. */
  room(): Promise<Room>;
}

export function preparing(options: PreparingOptions): Preparing {
  const { atHand, slotFiles } = options;
  const gpus = gpuUse();
  const plans = new Map<string, Planned>();

  async function surroundings(): Promise<Surroundings> {
    const [engine, machine] = await Promise.all([atHand.engine(), atHand.machine()]);
    return { engine, machine, room: budgetOf(machine, options.memoryMb) };
  }

  function planIn({ engine }: Surroundings, room: MachineRoom, model: Model): Planned {
    const { header } = model;
    if (header === null) throw cannotLoad(model.id, MISSING_PARTS);
    const { models, settingsOf } = options.known();
    const settings = settingsOf(model);
    const draft = settings.draft === null ? null : resolveModel(settings.draft, models);
    return planned({
      ...{ model, header, settings, draft, room, supports: engine.supports },
      slotFolder: slotFiles?.folder ?? null,
    });
  }

  function planAll(there: Surroundings): void {
    plans.clear();
    for (const model of options.known().models.filter(({ complete }) => complete)) {
      plans.set(model.id, planIn(there, there.room, model));
    }
  }

  return {
    async plan() {
      const there = await surroundings().catch(() => null);
      if (there !== null) planAll(there);
    },
    planOf: (id) => plans.get(id) ?? null,
    async room() {
      const { room } = await surroundings();
      return { memory: memoryIn(room), most: options.maxModels || Infinity };
    },
    async prepare(id) {
      const { models, settingsOf } = options.known();
      const model = models.find((each) => each.id === id);
      if (model === undefined) throw cannotLoad(id, "its file is gone");
      const stamps = await stampsOf(model);
      const { pin, ttl, draft } = settingsOf(model);
      if (draft !== null && resolveModel(draft, models)?.complete !== true) {
        throw cannotLoad(id, "its draft model is not there. Change draft in its settings");
      }
      const there = await surroundings();
      // There was no llama-server when they were to be planned.
      if (plans.size === 0) planAll(there);
      const left = besides(there.room, options.pinned(id));
      const found = planIn(there, left, model);
      const { plan, shape } = found;
      plans.set(id, found);
      const seconds = ttl ?? (pin ? 0 : options.ttl);
      return {
        memory: memoryOf(plan, shape.promptCache, there.room),
        pinned: pin,
        ttl: seconds === 0 ? Infinity : seconds * 1000,
        ...runOf(found, there, keyOf(stamps, shape, there.engine)),
      };
    },
  };

  function runOf(
    { plan, shape }: Planned,
    { engine: { path: program, supports }, machine, room }: Surroundings,
    key: string,
  ): Pick<Prepared, "start" | "leave"> {
    const files = shape.slotFolder === null ? null : slotFiles;
    const usable = usableGpus(machine, room);
    return {
      async start(signal, onProcess) {
        await files?.makeFolder();
        const { devices, leave } = gpus.enter(plan, usable);
        const { offload } = shape;
        const placed = offload.kind === "all"
          ? { ...shape, offload: { ...offload, devices } }
          : shape;
        const args = (port: number) => serverArguments(placed, port, supports);
        const run = { id: shape.id, program, args };
        try {
          const server = await startServer(run, options.placeOf(shape.id), { signal, onProcess });
          server.process.exited.finally(leave);
          await files?.restore(key, server.llama);
          return server;
        } catch (error) {
          leave();
          throw error;
        }
      },
      leave: async ({ llama }) => await files?.save(key, llama),
    };
  }
}

interface Surroundings {
  engine: Engine;
  machine: Machine;
  room: MachineRoom;
}

function usableGpus({ gpus }: Machine, room: MachineRoom): UsableGpu[] {
  return gpus.map(({ index, backend }) => {
    const bytes = room.gpus.find((gpu) => gpu.index === index)?.bytes ?? 0;
    return { index, backend, room: bytes };
  });
}

/** When its files were written; throws an ApiError where one has gone since the last look. */
async function stampsOf({ id, files, complete, projector }: Model): Promise<number[]> {
  if (!complete) throw cannotLoad(id, MISSING_PARTS);
  const stamps: number[] = [];
  for (const path of [...files, ...(projector === null ? [] : [projector.path])]) {
    const info = await Deno.stat(path).catch(() => null);
    if (info === null || !info.isFile) {
      throw cannotLoad(id, "a file of it is gone. Look whether its folder is still there");
    }
    stamps.push(info.size, info.mtime?.getTime() ?? 0);
  }
  return stamps;
}

/** Of everything that shapes a cache: another one would not fit. */
function keyOf(stamps: readonly number[], shape: RunShape, { version }: Engine): string {
  const { model, context, slots, cacheType, more } = shape;
  const text = JSON.stringify([model, stamps, context, slots, cacheType, more, version]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
