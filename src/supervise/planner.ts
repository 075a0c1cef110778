/** How a model is to be run on this machine. Pure. */
import type { ModelSettings } from "../config/model_tables.ts";
import type { Room } from "../machine/room.ts";
import { onlyUse } from "../models/capabilities.ts";
import { defaultArgs } from "../models/default_args.ts";
import { defaultsOf } from "../models/defaults.ts";
import { fit, type Plan } from "../models/fit.ts";
import type { GgufHeader } from "../models/gguf_header.ts";
import type { Model } from "../models/model.ts";
import type { RunShape } from "./arguments.ts";
import { besides } from "./budget.ts";

/** What a plan is made of. */
export interface PlanRequest {
  model: Model;
  header: GgufHeader;
  settings: ModelSettings;
  /** The model that drafts for it. */
  draft: Model | null;
  /** What it may take. */
  room: Room;
  supports: (flag: string, value?: string) => boolean;
  slotFolder: string | null;
}

export interface Planned {
  plan: Plan;
  shape: RunShape;
  /** Whether it thinks where a request says nothing of it. */
  thinksUnasked: boolean;
}

export function planned(request: PlanRequest): Planned {
  const { model, header, settings, draft, room, supports } = request;
  const { context, slots, cacheType, gpuLayers } = settings;
  const plan = fit({
    ...{ weights: model.size, header, projector: model.projector?.size ?? 0 },
    room: besides(room, { ram: promptCache(room) * MIB, vram: 0 }),
    draft: draft?.header ? { weights: draft.size, header: draft.header } : null,
    wishes: {
      ...(context !== null && { context }),
      ...(slots !== null && { slots }),
      ...(cacheType !== null && { cacheType }),
      ...(gpuLayers !== null && { gpuLayers }),
    },
    engineFits: supports("--fit"),
  });
  const defaults = defaultsOf(model, settings);
  const shape = shapeOf(request, plan, defaultArgs(defaults, supports));
  return { plan, shape, thinksUnasked: defaults.thinking !== "off" };
}

function shapeOf(request: PlanRequest, plan: Plan, defaults: readonly string[]): RunShape {
  const { model, header, settings, draft, room, slotFolder } = request;
  return {
    id: model.id,
    model: model.files[0] ?? "",
    projector: model.projector?.path ?? null,
    draft: draft?.files[0] ?? null,
    template: settings.templateFile,
    // With a projector llama-server refuses to save slots (0.7.0).
    slotFolder: model.projector === null ? slotFolder : null,
    context: plan.context,
    slots: plan.slots,
    serves: onlyUse(header) ?? "chat",
    batch: plan.batch,
    cacheType: settings.cacheType,
    promptCache: promptCache(room),
    // Which GPUs, the moment of the start decides (`gpu_use.ts`).
    offload: plan.offload.kind === "all" ? { kind: "all", devices: [] } : plan.offload,
    more: [...defaults, ...settings.args],
  };
}

const MIB = 1024 ** 2;
/** Of the RAM, for prompts whose slots others have taken; MiB, llama-server's own default at most. */
const PROMPTS = { share: 0.1, most: 8192 };

function promptCache({ ram }: Room): number {
  return Math.min(PROMPTS.most, Math.floor(PROMPTS.share * ram / MIB));
}
