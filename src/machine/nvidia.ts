/** The GPUs that `nvidia-smi` tells of. Pure. */

import type { Gpu } from "./machine.ts";
import { isVisible } from "./visible.ts";

/** What is asked of it. */
export const NVIDIA_SMI = [
  "--query-gpu=index,name,memory.total,memory.free,uuid,mig.mode.current",
  "--format=csv,noheader,nounits",
];

/** One line; drivers of old know no MIG, and the last two fields may be missing. */
const LINE =
  /^(\d+), *(.+?), *(\d+|\[[^\]]*\])(?: MiB)?, *(\d+|\[[^\]]*\])(?: MiB)?(?:, *([^,]*), *([^,]*))?$/;

/** Its word for what a GPU has not: memory of its own, on GB10. */
const NONE = /^\[(?:N\/A|Not Supported)\]$/;

/** GPUs with memory of their own, and those that use the RAM. */
export interface NvidiaGpus {
  gpus: Gpu[];
  unified: Pick<Gpu, "index" | "name" | "backend">[];
}

/**
 * Reads its answer; `visible` is `CUDA_VISIBLE_DEVICES`. A GPU that is parted by MIG is left out:
 * its programs see a part of it, and this tool does not say how large that is.
 */
export function parseNvidia(text: string, visible: string | undefined): NvidiaGpus {
  const found: NvidiaGpus = { gpus: [], unified: [] };
  for (const line of text.split(/\r?\n/)) {
    const [, digits, name = "", total = "", free = "", uuid = "", mig] = LINE.exec(line) ?? [];
    const index = Number(digits);
    if (digits === undefined || mig === "Enabled" || !isVisible({ index, uuid }, visible)) continue;
    const gpu = { index, name, backend: "cuda" as const };
    if (NONE.test(total)) found.unified.push(gpu);
    else if (!total.startsWith("[") && !free.startsWith("[")) {
      found.gpus.push({ ...gpu, total: bytes(total), free: bytes(free) });
    }
  }
  return found;
}

function bytes(mebibytes: string): number {
  return Number(mebibytes) * 1024 ** 2;
}
