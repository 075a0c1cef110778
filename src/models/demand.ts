/** How many bytes a model takes while it runs. Pure. */

import type { GgufHeader } from "./gguf_header.ts";
import { cacheBytes, type CacheUse } from "./kv_cache.ts";

/** What decides how much a model takes. */
export type FitHeader = Pick<
  GgufHeader,
  "architecture" | "cache" | "contextLength" | "pooling"
>;

/** What is loaded. */
export interface Parts {
  /** Bytes of the model's files. */
  weights: number;
  header: FitHeader;
  /** Bytes of the projector's file, 0 without one. */
  projector: number;
  /** The model that drafts for it, which gets the same slots. */
  draft: { weights: number; header: FitHeader } | null;
}

/** Bytes, by where they can be. */
export interface Demand {
  /** Weights and cache: what is dealt out layer by layer. */
  layered: number;
  /** What one device has as a whole: projector, draft model, buffers. */
  beside: number;
  /** The part of it that is cache; null where the header tells too little, and nothing is counted. */
  cache: number | null;
}

const MIB = 1024 ** 2;

/** A context of llama.cpp on a device before it computes anything, with the scores of all words. */
const BASE = 256 * MIB;

/** What a projector computes with, beside its weights. */
const SIGHT = 512 * MIB;

/**
 * What the model takes for this use. Buffers are an estimate: 256 MiB for each device, and for each
 * token that is read at once 64 bytes for each number of the model's width and 6 bytes for each
 * token of its slot (the mask of attention, in 32 and 16 bits); a projector computes in 512 MiB, a
 * draft model in another 256.
 *
 * @param devices GPUs that share it, 1 where there are none
 */
export function demandOf(
  { weights, header, projector, draft }: Parts,
  use: CacheUse,
  devices: number,
): Demand {
  const cache = cacheBytes(header, use);
  const drafting = draft === null ? 0 : draft.weights + (cacheBytes(draft.header, use) ?? 0) + BASE;
  const width = header.cache.embedding ?? 4096;
  const buffers = devices * BASE + use.batch * (64 * width + 6 * use.context);
  const sight = projector > 0 ? projector + SIGHT : 0;
  return { layered: weights + (cache ?? 0), beside: sight + drafting + buffers, cache };
}
