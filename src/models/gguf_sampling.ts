/** What the header of a GGUF file recommends for drawing tokens. Pure. */

import type { GgufValue } from "./gguf_walk.ts";
import type { Sampling } from "./sampling.ts";

/** By llama.cpp's keys (0.7.0): the field, and the bounds of what can be meant. */
const BY_KEY: Readonly<Record<string, [field: keyof Sampling, least: number, most: number]>> = {
  "general.sampling.temp": ["temperature", 0, 2],
  "general.sampling.top_p": ["top_p", 0, 1],
  "general.sampling.top_k": ["top_k", 0, 1_000_000],
  "general.sampling.min_p": ["min_p", 0, 1],
  "general.sampling.penalty_repeat": ["repeat_penalty", 0.1, 2],
};

/** The keys that a header has to be asked for. */
export const SAMPLING_KEYS: readonly string[] = Object.keys(BY_KEY);

/** What can be meant of it; nothing else is taken. */
export function recommendedSampling(values: ReadonlyMap<string, GgufValue>): Sampling {
  return Object.fromEntries(
    Object.entries(BY_KEY).flatMap(([key, [field, least, most]]) => {
      const value = values.get(key);
      if (typeof value !== "number" || !(value >= least && value <= most)) return [];
      if (field === "top_k" && !Number.isInteger(value)) return [];
      // They are 32-bit floats: 0.699999988079071 is 0.7.
      return [[field, Number(value.toPrecision(6))]];
    }),
  );
}
