/** With which context a model would run here, for people. */

import type { Room } from "../../machine/room.ts";
import { fit, type Plan } from "../../models/fit.ts";
import type { Model } from "../../models/model.ts";
import { sizeText } from "../../models/size_text.ts";

/** The plan for a llama-server that knows `--fit`; null where parts of the model are missing. */
export function planFor({ header, size, projector, complete }: Model, room: Room): Plan | null {
  if (header === null || !complete) return null;
  return fit({
    weights: size,
    header,
    projector: projector?.size ?? 0,
    draft: null,
    room,
    wishes: {},
    engineFits: true,
  });
}

/** `32768 tokens × 2, 5.9 GiB in RAM`. */
export function planText({ context, slots, bytes, offload, tight }: Plan): string {
  const times = slots > 1 ? ` × ${slots}` : "";
  const places = [
    bytes.vram > 0 ? `${sizeText(bytes.vram)} on ${gpusText(offload)}` : [],
    bytes.ram > 0 ? `${sizeText(bytes.ram)} in RAM` : [],
    tight ? "which is more than is free" : [],
  ];
  return [`${context} tokens${times}`, ...places.flat()].join(", ");
}

function gpusText(offload: Plan["offload"]): string {
  if (offload.kind !== "all") return "all GPUs";
  const { gpus } = offload;
  return gpus.length === 1 ? `GPU ${gpus[0]}` : `GPUs ${gpus.join(", ")}`;
}
