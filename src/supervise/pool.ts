/**
 * Which models run at the moment: starts what is asked for, and stops what is in its way. Everything
 * that changes does so in `turn()`, which looks at all there is and takes the next step; whatever
 * happens only calls it again.
 */
import type { ApiError } from "../protocol/error.ts";
import { crashLog } from "./crashes.ts";
import { evictions, type Memory, type Room } from "./evict.ts";
import { loadError, noRoom, wasUnloaded } from "./pool_errors.ts";
import {
  type Entered,
  type Prepared,
  type Resident,
  resident,
  type ResidentEnd,
  type ResidentState,
} from "./resident.ts";
import { type Waiter, waitingList } from "./waiting.ts";

export interface PoolOptions {
  /** Looks whether a model can be started at all; rejects with an ApiError where it cannot. */
  prepare(id: string): Promise<Prepared>;
  /** What all models may take, those that run included. */
  room(held: Memory): Promise<Room>;
  /** Told of every change of a model's state, and why it failed or crashed. */
  onChange(id: string, state: ResidentState | ResidentEnd["why"], error?: ApiError): void;
  /** Milliseconds of a clock. */
  now(): number;
}

export interface Pool {
  /**
   * Waits until a model runs, and keeps it running until `leave` is called.
   *
   * @throws {ApiError} 400 where it cannot be loaded, 503 where nothing can make room for it, or it
   * has crashed again and again of late
   */
  enter(id: string, signal: AbortSignal): Promise<Entered>;
  /**
   * Stops a model when its requests have ended; resolves when it is gone. Whoever waits for one that
   * does not run yet is refused.
   */
  unload(id: string): Promise<void>;
  /** What runs, starts or stops. */
  residents(): readonly Resident[];
  /** How many requests wait for a model. */
  waiting(id: string): number;
  /** Stops everything at once, and refuses whoever waits. */
  close(error: ApiError): Promise<void>;
}

/** The model whose turn it is to be started. */
interface Next {
  id: string;
  /** Of the oldest request for it. */
  number: number;
  prepared: Prepared | null;
  room: Room | null;
}

export function modelPool(options: PoolOptions): Pool {
  const residents = new Map<string, Resident>();
  const unloading = new Map<string, PromiseWithResolvers<void>>();
  const waiting = waitingList<Entered>(() => turn());
  let next: Next | null = null;
  /** Models that have to go, and the oldest request that they need not serve any more. */
  let leaving = new Map<string, number>();
  /** Until when those that were loaded serve everybody; times of the clock. */
  const settled = new Map<string, number>();
  let closed: ApiError | null = null;
  const crashes = crashLog(options.now);

  function turn(): void {
    if (closed !== null) return;
    const wanted = next = nextOf(next);
    leaving = new Map([...unloading.keys()].map((id) => [id, -1]));
    if (next !== null) makeWay(next);
    for (const waiter of waiting.all()) serve(waiter);
    for (const id of leaving.keys()) {
      const gone = residents.get(id);
      if (gone?.state() === "ready" && gone.users() === 0) gone.stop();
    }
    // What was started, or cannot be, is in nobody's way any more.
    if (next !== wanted) turn();
  }

  /** A model that is still loading is not waited for when it is to go. */
  function stopLoading(id: string): void {
    const loading = residents.get(id);
    if (loading?.state() !== "starting") return;
    refuse(id, wasUnloaded(id));
    void loading.end();
  }

  function serve(waiter: Waiter<Entered>): void {
    const there = residents.get(waiter.id);
    if (there?.state() !== "ready") return;
    if (waiter.number < (leaving.get(waiter.id) ?? Infinity)) waiter.grant(there.enter());
  }

  /** Goes on with the same model for as long as somebody waits for it. */
  function nextOf(before: Next | null): Next | null {
    const again = waiting.all().find(({ id }) => id === before?.id);
    if (before !== null && again !== undefined && !residents.has(before.id)) {
      return Object.assign(before, { number: again.number });
    }
    const wanted = waiting.all().find(({ id }) => !residents.has(id));
    if (wanted === undefined) return null;
    const found: Next = { id: wanted.id, number: wanted.number, prepared: null, room: null };
    void prepare(found);
    return found;
  }

  /** Looks at the model before anything else has to go for it. */
  async function prepare(found: Next): Promise<void> {
    try {
      found.prepared = await options.prepare(found.id);
      found.room = await options.room(held());
    } catch (error) {
      // Whoever waited for this look may have left, and another one be under way.
      if (next !== found) return;
      next = null;
      fail(found.id, loadError(error));
    }
    turn();
  }

  function held(): Memory {
    const all = [...residents.values()].map(({ memory }) => memory);
    const sum = (kind: keyof Memory) => all.reduce((total, memory) => total + memory[kind], 0);
    return { ram: sum("ram"), vram: sum("vram") };
  }

  function makeWay({ id, number, prepared, room }: Next): void {
    if (prepared === null || room === null) return;
    const all = [...residents.values()];
    const staying = all.filter((each) => each.state() !== "stopping" && !unloading.has(each.id));
    const going = evictions(prepared.memory, staying, room);
    if (going === null) {
      next = null;
      return fail(id, noRoom(id));
    }
    for (const each of going) leaving.set(each, isSettled(each) ? number : Infinity);
    if (evictions(prepared.memory, all, room)?.length === 0) start(id, prepared);
  }

  /**
   * Loading takes long, so what was loaded first serves everybody who has waited for it, and who
   * comes within as much time as it took; or models that take turns would do little else than load.
   */
  function isSettled(id: string): boolean {
    return options.now() > (settled.get(id) ?? Infinity);
  }

  function start(id: string, prepared: Prepared): void {
    next = null;
    const begun = options.now();
    const started = resident(id, prepared, {
      onState: (state) => {
        if (state === "ready") settled.set(id, 2 * options.now() - begun);
        options.onChange(id, state);
        turn();
      },
      onEnd(end) {
        residents.delete(id);
        settled.delete(id);
        unloading.get(id)?.resolve();
        unloading.delete(id);
        options.onChange(id, end.why, "error" in end ? end.error : undefined);
        if (end.why === "failed") refuse(id, end.error);
        if (end.why === "crashed") crashed(id, end.error);
        turn();
      },
      onIdle: turn,
    });
    residents.set(id, started);
    options.onChange(id, "starting");
    turn();
  }

  /** Whoever waits for it gets it anew, unless it does nothing else than crash. */
  function crashed(id: string, error: ApiError): void {
    crashes.add(id, error);
    if (crashes.tooMany(id) !== null) refuse(id, error);
  }

  function fail(id: string, error: ApiError): void {
    options.onChange(id, "failed", error);
    refuse(id, error);
  }

  function refuse(id: string, error: ApiError): void {
    for (const waiter of waiting.all()) if (waiter.id === id) waiter.refuse(error);
  }

  return {
    enter(id, signal) {
      const error = closed ?? crashes.tooMany(id);
      return error === null ? waiting.wait(id, signal) : Promise.reject(error);
    },
    async unload(id) {
      if (!residents.has(id)) {
        refuse(id, wasUnloaded(id));
        return turn();
      }
      const gone = unloading.get(id) ?? Promise.withResolvers<void>();
      unloading.set(id, gone);
      stopLoading(id);
      turn();
      await gone.promise;
    },
    residents: () => [...residents.values()],
    waiting: (id) => waiting.all().filter((waiter) => waiter.id === id).length,
    async close(error) {
      closed = error;
      for (const waiter of waiting.all()) waiter.refuse(error);
      await Promise.all([...residents.values()].map((each) => each.end()));
    },
  };
}
