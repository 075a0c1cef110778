/** What all models together may take. Pure. */
import type { Machine } from "../machine/machine.ts";
import { type Room, roomOf } from "../machine/room.ts";
import type { Plan } from "../models/fit.ts";
import type { Memory } from "./evict.ts";

const MIB = 1024 ** 2;
/** As much as plans use of what is there (models/placement.ts). */
const USABLE = 0.9;

/**
 * The room of a machine on which no model runs.
 *
 * @param mebibytes what the user allows of the memory that models are put into; 0 for all that is free
 */
export function budgetOf(machine: Machine, mebibytes: number): Room {
  const room = roomOf(machine);
  if (mebibytes === 0) return room;
  const bytes = mebibytes * MIB / USABLE;
  const all = room.gpus.reduce((sum, gpu) => sum + gpu.bytes, 0);
  const ram = all === 0 || room.unified ? Math.min(room.ram, bytes) : room.ram;
  const share = all === 0 ? 1 : Math.min(1, bytes / all);
  return { ...room, ram, gpus: room.gpus.map((gpu) => ({ ...gpu, bytes: gpu.bytes * share })) };
}

/** The same as two numbers, for what runs side by side. */
export function memoryIn({ ram, gpus }: Room): Memory {
  const all = gpus.reduce((sum, { bytes }) => sum + bytes, 0);
  return { ram: Math.floor(ram * USABLE), vram: Math.floor(all * USABLE) };
}

/** What a plan takes; where GPUs have no memory of their own, all of it is RAM too. */
export function memoryOf({ bytes }: Plan, promptCache: number, { unified }: Room): Memory {
  const ram = bytes.ram + promptCache * MIB;
  return unified ? { ram: ram + bytes.vram, vram: bytes.vram } : { ram, vram: bytes.vram };
}

/** What is left of the room beside models that stay. */
export function besides(room: Room, stay: Memory): Room {
  const all = room.gpus.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = all === 0 ? 0 : Math.max(0, 1 - stay.vram / USABLE / all);
  return {
    ...room,
    ram: Math.max(0, room.ram - stay.ram / USABLE),
    gpus: room.gpus.map((gpu) => ({ ...gpu, bytes: gpu.bytes * share })),
  };
}
