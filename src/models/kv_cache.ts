/** How many bytes conversations keep in memory. Pure. */

import { cacheLayers } from "./cache_layers.ts";
import type { GgufHeader } from "./gguf_header.ts";

/** Bytes of one number, by llama-server's name of the type (`--cache-type-k`). */
const BYTES = {
  f32: 4,
  f16: 2,
  bf16: 2,
  q8_0: 34 / 32,
  q5_1: 24 / 32,
  q5_0: 22 / 32,
  q4_1: 20 / 32,
  q4_0: 18 / 32,
  iq4_nl: 18 / 32,
} as const;

export type CacheType = keyof typeof BYTES;

/** The types that llama-server knows. */
export const CACHE_TYPES = Object.keys(BYTES) as readonly CacheType[];

/** How the cache is used. */
export interface CacheUse {
  /** Tokens of one slot. */
  context: number;
  slots: number;
  type: CacheType;
  /** Tokens that are read at once, which a sliding window holds beside its own. */
  batch: number;
}

/** Bytes of keys, values and states of all slots; null where the header tells too little. */
export function cacheBytes(
  header: Pick<GgufHeader, "architecture" | "cache">,
  { context, slots, type, batch }: CacheUse,
): number | null {
  const layers = cacheLayers(header);
  if (layers === null) return null;
  if (context <= 0) return 0;
  const elements = layers.attending.reduce((sum, { elements, window }) => {
    const tokens = window === null ? context : Math.min(context, window + batch);
    return sum + elements * tokens;
  }, 0);
  return slots * (Math.ceil(elements * BYTES[type]) + layers.state);
}
