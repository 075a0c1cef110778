/** Which GPUs the models that run are on. */
import type { Gpu } from "../machine/machine.ts";
import type { Plan } from "../models/fit.ts";

/** What is known of a GPU here. */
export interface UsableGpu extends Pick<Gpu, "index" | "backend"> {
  /** Bytes that models may take of it. */
  room: number;
}

/** GPUs by llama-server's names of them (`--device`), or none where all of them are to be used. */
export type DeviceNames = readonly string[];

export interface GpuUse {
  /** Chooses GPUs for a model that starts, and counts them as used until `leave` is called. */
  enter(plan: Pick<Plan, "offload" | "bytes">, gpus: readonly UsableGpu[]): Used;
}

interface Used {
  devices: DeviceNames;
  leave(): void;
}

const WORDS = { cuda: "CUDA", rocm: "ROCm", vulkan: "Vulkan", metal: null } as const;

export function gpuUse(): GpuUse {
  const entered = new Set<{ indices: readonly number[]; bytes: number }>();

  function usedOf(index: number): number {
    const shares = [...entered].filter(({ indices }) => indices.includes(index))
      .map(({ indices, bytes }) => bytes / indices.length);
    return shares.reduce((sum, share) => sum + share, 0);
  }

  return {
    enter({ offload, bytes: { vram } }, gpus) {
      const chosen = offload.kind === "all"
        ? chooseGpus(offload.gpus.length, vram, gpus, usedOf)
        : null;
      const on = chosen ?? gpus;
      const mine = { indices: on.map(({ index }) => index), bytes: vram };
      entered.add(mine);
      return { devices: chosen === null ? [] : namesOf(chosen), leave: () => entered.delete(mine) };
    },
  };
}

/**
 * So many GPUs with the most left, in their order; null where all are to be used: because so many are
 * wanted, or because not each has its share left, so that llama-server parts the model by what is free.
 */
export function chooseGpus(
  count: number,
  bytes: number,
  gpus: readonly UsableGpu[],
  usedOf: (index: number) => number,
): UsableGpu[] | null {
  if (count >= gpus.length) return null;
  const leftOf = ({ index, room }: UsableGpu) => room - usedOf(index);
  const chosen = gpus.toSorted((a, b) => leftOf(b) - leftOf(a)).slice(0, count);
  if (chosen.some((gpu) => leftOf(gpu) < bytes / count)) return null;
  return chosen.toSorted((a, b) => a.index - b.index);
}

function namesOf(gpus: readonly UsableGpu[]): string[] {
  return gpus.flatMap(({ backend, index }) => {
    const word = WORDS[backend];
    return word === null ? [] : [`${word}${index}`];
  });
}
