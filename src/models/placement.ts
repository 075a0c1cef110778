/** Where a model's bytes go, and whether they fit there. Pure. */

import type { Room } from "../machine/room.ts";
import type { Demand } from "./demand.ts";

/** Who computes. */
export type Offload =
  /** The processor alone. */
  | { kind: "none" }
  /** These GPUs, by their indices in the room. */
  | { kind: "all"; gpus: readonly number[] }
  /** llama-server finds out what all GPUs can take (`--fit on`). */
  | { kind: "fit" }
  /** All GPUs, so many layers. */
  | { kind: "layers"; layers: number };

/** Bytes in RAM and in all GPUs together. */
export interface Bytes {
  ram: number;
  vram: number;
}

/** What may be taken of RAM, of the GPUs that are used, and of both together. */
export interface Places extends Bytes {
  both: number;
  devices: number;
}

/** The rest is for whatever else runs, and for what the estimate has missed. */
const USABLE = 0.9;

/** The room that a way of running may take. */
export function placesOf(offload: Offload, { ram, gpus, unified }: Room): Places {
  const used = offload.kind === "none"
    ? []
    : gpus.filter(({ index }) => offload.kind !== "all" || offload.gpus.includes(index));
  const vram = used.reduce((sum, { bytes }) => sum + bytes, 0) * USABLE;
  const both = ram * USABLE + (unified ? 0 : vram);
  return { ram: ram * USABLE, vram, both, devices: Math.max(1, used.length) };
}

/** Where the bytes go; `blocks` are the layers of the model, where the header tells them. */
export function spread(
  offload: Offload,
  { layered, beside }: Demand,
  places: Places,
  blocks: number | null,
): Bytes {
  const all = layered + beside;
  if (offload.kind === "none") return { ram: all, vram: 0 };
  if (offload.kind === "all") return { ram: 0, vram: all };
  if (offload.kind === "fit") {
    const vram = Math.min(all, Math.floor(places.vram));
    return { ram: all - vram, vram };
  }
  // llama.cpp counts what is behind the last layer as one more.
  const share = blocks === null ? 1 : Math.min(1, offload.layers / (blocks + 1));
  const vram = Math.ceil(layered * share) + beside;
  return { ram: all - vram, vram };
}

/** Whether there is room for so many bytes. */
export function fitsIn({ ram, vram }: Bytes, places: Places): boolean {
  return ram <= places.ram && vram <= places.vram && ram + vram <= places.both;
}
