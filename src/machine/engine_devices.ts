/** The devices that `llama-server --list-devices` tells of. Pure. */

import type { Backend, Gpu } from "./machine.ts";

const BACKENDS: ReadonlyMap<string, Backend> = new Map([
  ["CUDA", "cuda"],
  ["ROCm", "rocm"],
  ["Vulkan", "vulkan"],
  ["Metal", "metal"],
  ["MTL", "metal"],
]);

/** `  Vulkan0: NVIDIA H100 (81559 MiB, 81000 MiB free)`. */
const LINE = /^ *([A-Za-z]+)(\d*): (.+) \((\d+) MiB, (\d+) MiB free\)\r?$/gm;

/** The GPUs among them; processors' libraries and devices of other backends are left out. */
export function parseEngineDevices(text: string): Gpu[] {
  const gpus = [...text.matchAll(LINE)].flatMap(([, word = "", index, name = "", total, free]) => {
    const backend = BACKENDS.get(word);
    if (backend === undefined) return [];
    const bytes = (mebibytes: string | undefined) => Number(mebibytes) * 1024 ** 2;
    return [{ index: Number(index), name, backend, total: bytes(total), free: bytes(free) }];
  });
  // A build with both shows its cards twice.
  const others = gpus.filter(({ backend }) => backend !== "vulkan");
  return others.length > 0 ? others : gpus;
}
