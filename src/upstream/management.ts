/**
 * What managing the models of this machine means to the routes. There is none where somebody else
 * runs llama-server.
 */
import type { LoadProgress } from "../protocol/load_progress.ts";
import type { UpstreamModel } from "./upstream_model.ts";

export interface Management {
  /**
   * Loads a model by any of its names, and resolves when it can answer. The signal ends the waiting;
   * what is being loaded by then is loaded all the same.
   *
   * @throws {ApiError} 404 for an unknown name; else why it cannot be loaded
   */
  load(name: string, signal: AbortSignal): Promise<void>;
  /** Stops a model when its requests have ended; resolves when it is gone. Rejects with ApiError 404. */
  unload(name: string): Promise<void>;
  /** Every model, what runs first. */
  states(): ModelStatus[];
  /** One of them, by any of its names; throws ApiError 404. */
  stateOf(name: string): ModelStatus;
  /** Calls back at every change of a model's state, until the function that it gives is called. */
  listen(listener: (change: StateChange) => void): () => void;
  /**
   * What a model's llama-server answers for a path that is no work for it; null while it is not
   * loaded. It counts as no use of the model. Throws ApiError 404 for an unknown name.
   */
  read(name: string, path: string, signal: AbortSignal): Promise<unknown>;
  memory(): Promise<MemoryUse>;
  readonly folders: Folders;
}

/** `failed`: it could not be loaded, or ended by itself. */
export type ModelState = "unloaded" | "loading" | "loaded" | "unloading" | "failed";

export interface StateChange {
  id: string;
  state: ModelState;
}

/** One model as it is at the moment. */
export interface ModelStatus {
  /** As it runs, or else as it would. */
  model: UpstreamModel;
  state: ModelState;
  /** Why it failed, as a sentence. */
  error: string | null;
  /** Seconds since 1970 of the last change; null where there was none. */
  since: number | null;
  /** Seconds since 1970; null where it does not run. */
  lastUsed: number | null;
  /** Requests that are at work. */
  running: number;
  /** Requests that wait for it, or for a slot of it. */
  waiting: number;
  /** What it is reckoned with; null where it does not run. */
  memory: Bytes | null;
  /** How far it is loaded; null where that is not known. */
  progress: LoadProgress | null;
  limits: ContextLimits;
  /** Bytes of its files. */
  size: number;
  /** Null where its header does not say. */
  parameters: number | null;
}

/** In tokens; null is what is not known. */
export interface ContextLimits {
  /** The largest context of one slot that fits. */
  largest: number | null;
  /** The context that the model was made for. */
  native: number | null;
}

/** Bytes of both kinds. */
export interface Bytes {
  ram: number;
  vram: number;
}

/** What models take and may take. */
export interface MemoryUse {
  /** What those that run are reckoned with. */
  held: Bytes;
  /** What they may take; Infinity for no bound. */
  room: Bytes;
  /** How many may run side by side; Infinity for no bound. */
  most: number;
}

/** The folders that the user has named to be looked into. */
export interface Folders {
  list(): Folder[];
  /**
   * Looks into one more folder from now on; resolves when that is done. False where it is there
   * already.
   *
   * @throws {ApiError} 400 for a folder that cannot be used, or one too many
   */
  add(path: string): Promise<boolean>;
  /** Looks into it no more. False where there is none; throws ApiError 400 for a fixed one. */
  remove(path: string): Promise<boolean>;
}

export interface Folder {
  path: string;
  /** Whether the configuration names it, so that it stays. */
  fixed: boolean;
  /** Seconds since 1970; null for a fixed one. */
  addedAt: number | null;
}
