/** What has become of models: the last change of each, and whoever wants to hear of the next one. */
import type { ApiError } from "../protocol/error.ts";
import type { ModelState, StateChange } from "../upstream/management.ts";
import type { ResidentEnd, ResidentState } from "./resident.ts";

/** The last that happened to a model. */
export interface LastChange {
  state: ModelState;
  /** Seconds since 1970. */
  at: number;
  /** Why it failed, as a sentence. */
  error: string | null;
}

export interface ModelNews {
  /** Takes a change as the pool tells it. */
  tell(id: string, change: ResidentState | ResidentEnd["why"], error?: ApiError): void;
  last(id: string): LastChange | null;
  /** Calls back at every change, until the function that it gives is called. */
  listen(listener: (change: StateChange) => void): () => void;
}

const STATES: Readonly<Record<ResidentState | ResidentEnd["why"], ModelState>> = {
  starting: "loading",
  ready: "loaded",
  stopping: "unloading",
  stopped: "unloaded",
  failed: "failed",
  crashed: "failed",
};

/** @param now seconds since 1970 */
export function modelNews(now: () => number): ModelNews {
  const last = new Map<string, LastChange>();
  const listeners = new Set<(change: StateChange) => void>();
  return {
    tell(id, change, error) {
      const state = STATES[change];
      last.set(id, { state, at: now(), error: error?.message ?? null });
      for (const listener of [...listeners]) listener({ id, state });
    },
    last: (id) => last.get(id) ?? null,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
