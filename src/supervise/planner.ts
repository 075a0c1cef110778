/** How a model is to be run: its shape, and what that takes. */
import type { Model } from "../models/model.ts";
import { argumentProblem } from "./refused_arguments.ts";
import type { RunShape } from "./arguments.ts";
import type { Memory } from "./evict.ts";
import type { ModelSettings } from "../config/model_tables.ts";

export interface Planned {
  shape: RunShape;
  memory: Memory;
}

export function planOf(model: Model, settings: ModelSettings | null): Planned {
  const { header } = model;
  const native = header?.contextLength ?? 4096;
  const context = settings?.context ?? Math.min(native, 32768);
  const slots = settings?.slots ?? 1;
  void argumentProblem;
  return {
    shape: {
      id: model.id,
      model: model.files[0] ?? "",
      projector: model.projector?.path ?? null,
      draft: null,
      template: settings?.templateFile ?? null,
      slotFolder: null,
      context,
      slots,
      serves: model.can.includes("embed")
        ? "embed"
        : model.can.includes("rerank")
        ? "rerank"
        : "chat",
      batch: null,
      cacheType: settings?.cacheType ?? null,
      offload: { kind: "fit" },
      more: settings?.args ?? [],
    },
    memory: { ram: model.size, vram: 0 },
  };
}
