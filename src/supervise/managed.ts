/** The models of this machine as they are served: each by a llama-server that runs when it is needed. */
import type { Catalogue } from "../models/catalogue.ts";
import type { Plan } from "../models/fit.ts";
import type { Model } from "../models/model.ts";
import { resolveModel } from "../models/resolve.ts";
import { ApiError } from "../protocol/error.ts";
import type { LoadProgress } from "../protocol/load_progress.ts";
import {
  type AdmissionQueue,
  admissionQueue,
  NO_PLACE,
  type Place,
} from "../upstream/admission.ts";
import { newThreadSlot } from "../upstream/new_thread_slot.ts";
import type { Management } from "../upstream/management.ts";
import type { Lease, Need, Served, Serving } from "../upstream/serving.ts";
import { queueFull } from "../upstream/queue_errors.ts";
import { unknownModel } from "../upstream/unknown_model.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";
import { expectedModel } from "./expected.ts";
import { cannotLoad, MISSING_PARTS } from "./failure.ts";
import { loadProgress } from "./load_progress.ts";
import { manage, type ManageOptions } from "./manage.ts";
import type { Pool } from "./pool.ts";
import { noModels } from "./pool_errors.ts";
import type { Entered } from "./resident.ts";
import type { RunningServer } from "./server.ts";
import type { ServerProcess } from "./server_process.ts";

/** The name that means whatever is loaded, or else the first model. */
const AUTO = "auto";

export interface ManagedOptions extends Pick<ManageOptions, "news" | "room" | "folders"> {
  catalogue: Catalogue;
  /** The models of the last look, with all their names. */
  models(): readonly Model[];
  pool: Pool;
  /** How a model would be run; null where that is not known yet. */
  shapeOf(id: string): PlannedShape | null;
  /** Whether an unknown name means `auto`. */
  anyName: boolean;
  /** How many requests may wait for one model. */
  mostWaiting: number;
  /** Why nothing can be loaded at all; null where something can. */
  obstacle(): Promise<ApiError | null>;
  /** Seconds since 1970, which models are told to be from. */
  created: number;
}

/** How a model would be run. */
export interface PlannedShape {
  plan: Pick<Plan, "context" | "slots" | "limits">;
  thinksUnasked: boolean;
}

/** What a llama-server is asked through, for as long as it runs. */
interface Door {
  /** What it turned out to be. */
  facts: UpstreamModel;
  queue: AdmissionQueue;
  lease(entered: Entered, place: Place): Lease;
}

export function serveManaged(
  options: ManagedOptions,
): { serving: Serving; management: Management } {
  const { catalogue, pool } = options;
  /** What models turned out to be, by their ids and sizes. */
  const known = new Map<string, UpstreamModel>();
  const doors = new WeakMap<RunningServer, Door>();

  function all(): Model[] {
    const usable = options.models().filter(({ complete }) => complete);
    const rank = new Map(loaded().map((id, i) => [id, i]));
    const rankOf = ({ id }: Model) => rank.get(id) ?? Infinity;
    return usable.toSorted((a, b) => rankOf(a) < rankOf(b) ? -1 : rankOf(a) > rankOf(b) ? 1 : 0);
  }

  /** Ids of what runs, the most recently used first. */
  function loaded(): string[] {
    return pool.residents().filter((each) => each.state() !== "stopping")
      .toSorted((a, b) => b.lastUsed - a.lastUsed).map(({ id }) => id);
  }

  function find(name: string | null | undefined): Model {
    const models = all();
    const wanted = name ?? AUTO;
    const found = resolveModel(wanted, models);
    if (found !== null) return found;
    const [first] = models.filter(({ can }) => can.includes("chat"));
    const any = wanted.toLowerCase() === AUTO || options.anyName;
    if (any && first !== undefined) return first;
    const partial = resolveModel(wanted, options.models());
    if (partial !== null) throw cannotLoad(partial.id, MISSING_PARTS);
    if (models.length === 0) throw noModels();
    throw unknownModel(wanted, models.map(({ id }) => id));
  }

  function factsOf(model: Model): UpstreamModel {
    const server = pool.residents().find(({ id }) => id === model.id)?.server() ?? null;
    if (server !== null) return doorOf(server, model).facts;
    const planned = options.shapeOf(model.id);
    const facts = known.get(keyOf(model)) ??
      expectedModel(model, planned?.plan ?? null, options.created);
    if (facts === null) throw unknownModel(model.id, []);
    const thinksUnasked = planned?.thinksUnasked ?? true;
    // One object for as long as nothing changes: translations are compared by it.
    return facts.thinksUnasked === thinksUnasked ? facts : { ...facts, thinksUnasked };
  }

  function doorOf(server: RunningServer, model: Model): Door {
    const there = doors.get(server);
    if (there !== undefined) return there;
    const { id, aliases } = model;
    const thinksUnasked = options.shapeOf(id)?.thinksUnasked ?? true;
    const own = { id, aliases: [...aliases], created: options.created, thinksUnasked };
    const facts: UpstreamModel = { ...server.model, ...own };
    known.set(keyOf(model), facts);
    const queue = admissionQueue({
      // Each slot has its own share of the cache (`arguments.ts`).
      capacity: () => ({ slots: facts.slots, tokens: null }),
      most: options.mostWaiting,
      now: () => performance.now(),
    });
    const { llama } = server;
    const newThread = newThreadSlot(llama, () => facts.slots);
    const door: Door = {
      ...{ facts, queue },
      lease: (entered, place) => ({
        ...{ llama, model: facts, newThreadSlot: newThread, waited: place.waited },
        others: () => queue.running() - 1,
        lost: () => endsSoon(server.process),
        release() {
          place.release();
          entered.leave();
        },
      }),
    };
    doors.set(server, door);
    return door;
  }

  async function lease(model: Model, need: Need, signal: AbortSignal): Promise<Lease> {
    // One of them causes the loading, and waits for nobody.
    if (pool.waiting(model.id) > options.mostWaiting) throw queueFull(WHILE_LOADING);
    for (;;) {
      const entered = await pool.enter(model.id, signal);
      const door = doorOf(entered.server, model);
      try {
        const place = need.slot ? await door.queue.take(need, signal) : NO_PLACE;
        if (entered.server.process.ended() === null) return door.lease(entered, place);
        // It died while this request waited for its turn, which it has with the next one.
        place.release();
        entered.leave();
      } catch (error) {
        entered.leave();
        throw error;
      }
    }
  }

  function progress({ id, size }: Pick<Model, "id" | "size">): LoadProgress | null {
    const process = pool.residents()
      .find((each) => each.id === id && each.state() === "starting")?.process();
    return process ? loadProgress(process.pid, size) : null;
  }

  const management = manage({
    ...options,
    ...{ models: all, factsOf, lease, progress },
    queueOf: (server) => doors.get(server)?.queue ?? null,
    largestOf: (id) => options.shapeOf(id)?.plan.limits.max ?? null,
  });
  const serving: Serving = {
    resolve: (name): Promise<Served> =>
      Promise.try(() => {
        const model = find(name);
        return {
          model: factsOf(model),
          lease: (need, signal) => lease(model, need, signal),
          progress: () => progress(model),
        };
      }),
    models: () => Promise.try(() => all().map(factsOf)),
    async refresh() {
      const models = all();
      const error = await options.obstacle() ?? (models.length === 0 ? noModels() : null);
      if (error !== null) return { status: "down", error };
      return { status: "ready", models: models.map(factsOf), warnings: [] };
    },
    async close() {
      catalogue.close();
      await pool.close(closing());
    },
  };
  return { serving, management };
}

/** Seconds; how long it takes to load, nobody knows beforehand. */
const WHILE_LOADING = 30;

/** Milliseconds: a process that dies closes its connections first, and is gone a little later. */
const DYING = 5_000;

/** Whether a process has ended, or does within a moment. */
async function endsSoon({ exited, ended }: ServerProcess): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => timer = setTimeout(resolve, DYING));
  await Promise.race([exited, late]);
  clearTimeout(timer);
  return ended() !== null;
}

function keyOf({ id, size }: Model): string {
  return `${id}\0${size}`;
}

function closing(): ApiError {
  return new ApiError("Cannot answer: Chaski is stopping.", {
    ...{ status: 503, type: "server_error", code: "server_is_overloaded", retryAfter: 2 },
  });
}
