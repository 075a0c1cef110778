/** With which context, slots and GPUs a model runs in the memory that there is. Pure. */

import type { Room } from "../machine/room.ts";
import { onlyUse } from "./capabilities.ts";
import { type Demand, demandOf, type FitHeader, type Parts } from "./demand.ts";
import type { CacheType } from "./kv_cache.ts";
import { type Bytes, fitsIn, type Offload, type Places, placesOf, spread } from "./placement.ts";

/** What the user wants to have so; everything else is found. */
export interface Wishes {
  /** Tokens of one slot, which are never made fewer. */
  context?: number;
  slots?: number;
  /** Default: f16. */
  cacheType?: CacheType;
  /** 0: the processor alone. */
  gpuLayers?: number;
}

export interface FitRequest extends Parts {
  /** What may be taken; a tenth of it is left over. */
  room: Room;
  wishes: Wishes;
  /** Whether llama-server knows `--fit`. */
  engineFits: boolean;
}

export interface Plan {
  /** Tokens of one slot. */
  context: number;
  slots: number;
  /** Tokens of all slots: llama-server's `--ctx-size`. */
  total: number;
  /** What must be read at once, since an input to be embedded or ranked is not parted; else null. */
  batch: number | null;
  offload: Offload;
  /** An estimate. */
  bytes: Bytes;
  limits: {
    /** The context that the model was made for. */
    native: number | null;
    /** The largest context of one slot that fits; the smallest there is, where none does. */
    max: number;
  };
  /** More is taken than there is: weights are read from the disk again and again, or it fails. */
  tight: boolean;
}

/** What coding agents need at most; models of today are slow and forgetful beyond. */
const AUTO_MOST = 131_072;
/** Inputs to be embedded or ranked are short. */
const POOLED_MOST = 8192;
const FLOOR = 4096;
const STEP = 256;
/** llama-server's `--ubatch-size`. */
const BATCH = 512;
const MOST_SLOTS = 4;
/** Of the room, for a cache that grows by choice. */
const CACHE_SHARE = 1 / 4;

/** The plan for a model; there always is one. */
export function fit(request: FitRequest): Plan {
  const { header, wishes } = request;
  const roughly = offloadOf(request);
  const context = wishes.context ?? autoContext(request, roughly);
  const slots = wishes.slots ?? autoSlots(trialOf(request, roughly), context);
  const offload = roughly.kind === "fit" && !request.engineFits
    ? layersFor(request, context, slots)
    : roughly;
  const { bytes, places } = trialOf(request, offload);
  const taken = bytes(context, slots);
  return {
    context,
    slots,
    total: context * slots,
    batch: onlyUse(header) !== null ? context : null,
    offload,
    bytes: taken,
    limits: { native: header.contextLength, max: largestOf(request, roughly) },
    tight: !fitsIn(taken, places),
  };
}

/** A way of running, to be tried with contexts and numbers of slots. */
interface Trial {
  places: Places;
  demand(context: number, slots: number): Demand;
  bytes(context: number, slots: number): Bytes;
  holds(context: number, slots: number): boolean;
  /** The same, and the cache leaves most of the room to others; false where its size is unknown. */
  holdsEasily(context: number, slots: number): boolean;
}

function trialOf(request: FitRequest, offload: Offload): Trial {
  const { header, room, wishes: { cacheType: type = "f16" } } = request;
  const places = placesOf(offload, room);
  const pooled = onlyUse(header) !== null;
  const demand = (context: number, slots: number): Demand =>
    demandOf(request, { context, slots, type, batch: pooled ? context : BATCH }, places.devices);
  const bytes = (context: number, slots: number) =>
    spread(offload, demand(context, slots), places, header.cache.blocks);
  const holds = (context: number, slots: number) => fitsIn(bytes(context, slots), places);
  const share = CACHE_SHARE * (offload.kind === "none" ? places.ram : places.vram);
  return {
    places,
    demand,
    bytes,
    holds,
    holdsEasily(context, slots) {
      const { cache } = demand(context, slots);
      return cache !== null && cache <= share && holds(context, slots);
    },
  };
}

/** The smallest number of GPUs that holds all, else all of them, else both kinds of memory. */
function offloadOf(request: FitRequest): Offload {
  const { room, wishes } = request;
  if (room.gpus.length === 0 || wishes.gpuLayers === 0) return { kind: "none" };
  if (wishes.gpuLayers !== undefined) return { kind: "layers", layers: wishes.gpuLayers };
  const wanted = wishes.context ?? mostOf(request);
  const holds = (offload: Offload, context: number) =>
    trialOf(request, offload).holds(context, wishes.slots ?? 1);
  const indices = room.gpus.toSorted((a, b) => b.bytes - a.bytes).map(({ index }) => index);
  const sets = indices.map((_, i): Offload => ({
    kind: "all",
    gpus: indices.slice(0, i + 1).toSorted((a, b) => a - b),
  }));
  const enough = sets.find((set) => holds(set, wanted));
  if (enough !== undefined) return enough;
  const [all = null] = sets.slice(-1);
  const small = wishes.context ?? Math.min(FLOOR, wanted);
  return all !== null && holds(all, small) ? all : { kind: "fit" };
}

/** The largest context that is chosen without being asked for. */
function mostOf({ header }: FitRequest): number {
  return stepped(header, onlyUse(header) !== null ? POOLED_MOST : AUTO_MOST);
}

/** The native context, at most `most`; whole steps above the floor. */
function stepped({ contextLength }: FitHeader, most: number): number {
  const context = Math.min(contextLength || FLOOR, most);
  return context <= FLOOR ? context : Math.floor(context / STEP) * STEP;
}

/** Beside weights that fill the GPUs already, the cache gets its share and no more. */
function autoContext(request: FitRequest, offload: Offload): number {
  const { holds, holdsEasily } = trialOf(request, offload);
  const enough = offload.kind === "fit" ? holdsEasily : holds;
  return largest(mostOf(request), (context) => enough(context, request.wishes.slots ?? 1));
}

/** The largest context of one slot that fits in any way of that kind. */
function largestOf(request: FitRequest, offload: Offload): number {
  const most = stepped(request.header, Infinity);
  const every: Offload = { kind: "all", gpus: request.room.gpus.map(({ index }) => index) };
  const onGpus = offload.kind === "all" || offload.kind === "fit";
  const inGpus = onGpus && trialOf(request, every).holds(Math.min(FLOOR, most), 1);
  const { holds } = trialOf(request, inGpus ? every : offload);
  return largest(most, (context) => holds(context, 1));
}

/** The largest context in steps up to `most` that is enough, the floor where none is. */
function largest(most: number, enough: (context: number) => boolean): number {
  if (most <= FLOOR || enough(most)) return most;
  let low = FLOOR / STEP;
  let high = most / STEP;
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle * STEP)) low = middle;
    else high = middle;
  }
  return low * STEP;
}

/** More than one only while the cache stays small. */
function autoSlots({ holdsEasily }: Trial, context: number): number {
  for (let slots = MOST_SLOTS; slots > 1; slots--) {
    if (holdsEasily(context, slots)) return slots;
  }
  return 1;
}

/** As many layers as the GPUs take. */
function layersFor(request: FitRequest, context: number, slots: number): Offload {
  const { places, demand } = trialOf(request, { kind: "fit" });
  const { layered, beside } = demand(context, slots);
  const { blocks } = request.header.cache;
  const layers = Math.floor((places.vram - beside) / layered * ((blocks ?? 0) + 1));
  return layers > 0 ? { kind: "layers", layers } : { kind: "none" };
}
