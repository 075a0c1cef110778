/** The memory that models may take. Pure. */

import type { Machine } from "./machine.ts";

/** Bytes that may be taken. */
export interface Room {
  ram: number;
  gpus: readonly { index: number; bytes: number }[];
  /** The GPUs' bytes are part of the RAM's. */
  unified: boolean;
}

/** All that is free at the moment. */
export function roomOf({ ram, gpus, unified }: Machine): Room {
  return {
    ram: ram.free,
    gpus: gpus.map(({ index, free }) => ({
      index,
      bytes: unified ? Math.min(free, ram.free) : free,
    })),
    unified,
  };
}
