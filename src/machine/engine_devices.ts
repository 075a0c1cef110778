/** The GPUs among the devices that llama-server itself names. Pure. */

import type { Backend, Gpu } from "./machine.ts";

/** A device as `llama-server --list-devices` names it. */
export interface EngineDevice {
  /** `CUDA0`, `Vulkan0`, `ROCm0`, `Metal`. */
  id: string;
  name: string;
  /** MiB. */
  total: number;
  /** MiB. */
  free: number;
}

const BACKENDS: Readonly<Record<string, Backend>> = {
  CUDA: "cuda",
  ROCm: "rocm",
  Vulkan: "vulkan",
  Metal: "metal",
  MTL: "metal",
};

/** Processors' libraries and devices of other backends are left out. */
export function gpusAmong(devices: readonly EngineDevice[]): Gpu[] {
  const gpus = devices.flatMap(({ id, name, total, free }) => {
    const [, word = "", index] = /^([A-Za-z]+)(\d*)$/.exec(id) ?? [];
    const backend = BACKENDS[word];
    if (backend === undefined) return [];
    const bytes = (mebibytes: number) => mebibytes * 1024 ** 2;
    return [{ index: Number(index), name, backend, total: bytes(total), free: bytes(free) }];
  });
  // A build with both shows its cards twice.
  const others = gpus.filter(({ backend }) => backend !== "vulkan");
  return others.length > 0 ? others : gpus;
}
