/** What of a machine decides which models it can run. */

/** How llama-server reaches a GPU. */
export type Backend = "cuda" | "rocm" | "vulkan" | "metal";

/** Bytes. */
export interface Memory {
  total: number;
  /** What may be taken now, without anything else having to go. */
  free: number;
}

export interface Gpu extends Memory {
  /** The number that its tool gives it. */
  index: number;
  name: string;
  backend: Backend;
}

export interface Machine {
  /** Bounded by what this process may have (cgroups). */
  ram: Memory;
  /** Those that may be used, all of one backend, in the order of their tool. */
  gpus: readonly Gpu[];
  /** Whether the GPUs' memory is the RAM itself, so that it must be counted once. */
  unified: boolean;
}
