/** Managing the models that are served: what each of them does, and having it loaded or not. */
import type { Model } from "../models/model.ts";
import { resolveModel } from "../models/resolve.ts";
import type { LoadProgress } from "../protocol/load_progress.ts";
import type {
  Bytes,
  Folders,
  Management,
  ModelState,
  ModelStatus,
} from "../upstream/management.ts";
import type { Lease, Need } from "../upstream/serving.ts";
import type { AdmissionQueue } from "../upstream/admission.ts";
import { unknownModel } from "../upstream/unknown_model.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";
import type { Room } from "./evict.ts";
import type { ModelNews } from "./news.ts";
import type { Pool } from "./pool.ts";
import { noModels } from "./pool_errors.ts";
import type { Resident } from "./resident.ts";
import type { RunningServer } from "./server.ts";

export interface ManageOptions {
  /** Every model that can be served, what runs first. */
  models(): Model[];
  factsOf(model: Model): UpstreamModel;
  lease(model: Model, need: Need, signal: AbortSignal): Promise<Lease>;
  /** How far a model is loaded; null where it is not loading, or nobody knows. */
  progress(model: Model): LoadProgress | null;
  /** Where requests wait for a slot; null before the first one came. */
  queueOf(server: RunningServer): AdmissionQueue | null;
  /** The largest context of one slot that fits; null where that is not known. */
  largestOf(id: string): number | null;
  pool: Pool;
  news: ModelNews;
  room(held: Bytes): Promise<Room>;
  folders: Folders;
}

export function manage(options: ManageOptions): Management {
  const { pool, news } = options;
  /** Models that are to go when their requests have ended. */
  const leaving = new Set<string>();

  function find(name: string): Model {
    const models = options.models();
    const found = resolveModel(name, models);
    if (found !== null) return found;
    if (models.length === 0) throw noModels();
    throw unknownModel(name, models.map(({ id }) => id), USE_ONE);
  }

  function statusOf(model: Model): ModelStatus {
    const { id, size, header } = model;
    const resident = pool.residents().find((each) => each.id === id) ?? null;
    const last = news.last(id);
    const state = stateOf(id, resident);
    const server = resident?.server() ?? null;
    const queue = server && options.queueOf(server);
    return {
      model: options.factsOf(model),
      state,
      error: state === "failed" ? last?.error ?? null : null,
      since: last?.at ?? null,
      lastUsed: resident && secondsOf(resident.lastUsed),
      running: queue?.running() ?? 0,
      waiting: pool.waiting(id) + (queue?.waiting() ?? 0),
      memory: resident?.memory ?? null,
      progress: options.progress(model),
      limits: { largest: options.largestOf(id), native: header?.contextLength ?? null },
      size,
      parameters: header?.parameters ?? null,
    };
  }

  function stateOf(id: string, resident: Resident | null): ModelState {
    if (resident === null) {
      if (pool.waiting(id) > 0) return "loading";
      return news.last(id)?.state === "failed" ? "failed" : "unloaded";
    }
    if (leaving.has(id) || resident.state() === "stopping") return "unloading";
    return resident.state() === "ready" ? "loaded" : "loading";
  }

  return {
    async load(name, signal) {
      // At once, so that the model's state is `loading` from now on.
      const lease = await options.lease(find(name), { slot: false }, signal);
      lease.release(null);
    },
    async unload(name) {
      const { id } = find(name);
      leaving.add(id);
      try {
        await pool.unload(id);
      } finally {
        leaving.delete(id);
      }
    },
    states: () => options.models().map(statusOf),
    stateOf: (name) => statusOf(find(name)),
    listen: news.listen,
    async read(name, path, signal) {
      const { id } = find(name);
      const resident = pool.residents().find((each) => each.id === id);
      if (resident?.state() !== "ready") return null;
      return await resident.server()?.llama.getJson(path, signal) ?? null;
    },
    async memory() {
      const all = pool.residents().map(({ memory }) => memory);
      const sum = (kind: keyof Bytes) => all.reduce((total, memory) => total + memory[kind], 0);
      const held = { ram: sum("ram"), vram: sum("vram") };
      const { memory, most } = await options.room(held);
      return { held, room: memory, most };
    },
    folders: options.folders,
  };
}

const USE_ONE = "Use one of these names";

/** Seconds since 1970 of a time of `performance.now()`. */
function secondsOf(time: number): number {
  return Math.floor((performance.timeOrigin + time) / 1000);
}
