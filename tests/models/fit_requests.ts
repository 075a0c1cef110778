/** Models and machines to be fitted to each other. */

import type { Room } from "../../src/machine/room.ts";
import type { FitHeader } from "../../src/models/demand.ts";
import type { FitRequest } from "../../src/models/fit.ts";
import { shaped } from "./cache_shapes.ts";

export const GIB = 1024 ** 3;

/** 128 KiB of cache for each token in f16. */
export const DENSE: FitHeader = {
  ...shaped({ blocks: 32, embedding: 4096, kvHeads: 8, keyLength: 128, valueLength: 128 }),
  contextLength: 131_072,
  pooling: null,
};

/** GPUs and RAM of so many GiB. */
export function roomWith(gpus: readonly number[], ram: number, unified = false): Room {
  return {
    ram: ram * GIB,
    gpus: gpus.map((size, index) => ({ index, bytes: size * GIB })),
    unified,
  };
}

/** 4 GiB of weights without anything beside them, on one GPU of 24 GiB, unless told otherwise. */
export function requestOf(changes: Partial<FitRequest>): FitRequest {
  return {
    weights: 4 * GIB,
    header: DENSE,
    projector: 0,
    draft: null,
    room: roomWith([24], 64),
    wishes: {},
    engineFits: true,
    ...changes,
  };
}
