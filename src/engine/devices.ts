/** What llama-server's `--list-devices` says. Pure. */

/** A device that layers of a model can be put on. */
export interface Device {
  /** As `--device` takes it: `CUDA0`, `Vulkan0`, `ROCm0`, `Metal`. */
  id: string;
  name: string;
  /** MiB. */
  total: number;
  /** MiB, at the moment of asking. */
  free: number;
}

/** `  CUDA0: NVIDIA GeForce RTX 3090 (24135 MiB, 23700 MiB free)`. */
const LINE = /^ {2}(\S{1,64}): (.{1,200}) \((\d{1,12}) MiB, (\d{1,12}) MiB free\)\s*$/gm;

/** The devices in llama-server's order; what has no memory (`BLAS`) takes no layers. */
export function parseDevices(text: string): Device[] {
  return [...text.matchAll(LINE)]
    .map(([, id = "", name = "", total, free]) => ({
      id,
      name,
      total: Number(total),
      free: Number(free),
    }))
    .filter(({ total }) => total > 0);
}
