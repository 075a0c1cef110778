/**
 * What the routes see of llama-server: which models there are, and the right to use one. Whether they
 * run somewhere else or are run by Chaski makes no difference to a request.
 */
import type { ApiError } from "../protocol/error.ts";
import type { LoadProgress } from "../protocol/load_progress.ts";
import type { Llama } from "./llama.ts";
import type { Claim } from "./next_turn.ts";
import type { UpstreamModel } from "./upstream_model.ts";
import type { UpstreamState } from "./watch.ts";
import type { NewThreadSlot } from "./new_thread_slot.ts";

/** All models that may be asked. */
export interface Serving {
  /**
   * The model behind a name; without a name the first one.
   * Throws ApiError: 404 `model_not_found`, 503 while loading, 502 when unreachable.
   */
  resolve(name: string | undefined | null): Promise<Served>;
  /** Every model, or throws like `resolve`. */
  models(): Promise<UpstreamModel[]>;
  /** Whether requests can be answered, as far as that can be known now. */
  refresh(): Promise<UpstreamState>;
  /** Ends everything that was opened or started. */
  close(): Promise<void>;
}

/** One model that may be asked. */
export interface Served {
  /** What is known of it; a lease tells more, where it has to be loaded first. */
  readonly model: UpstreamModel;
  /**
   * Waits until the model runs and it is the request's turn. Rejects with the signal's reason when
   * that aborts first, and then nothing is taken; or with an ApiError, at once where too many wait.
   */
  lease(need: Need, signal: AbortSignal): Promise<Lease>;
  /** How far it has been loaded; null where it is not being loaded, or nobody can tell. */
  progress(): LoadProgress | null;
}

/** What a request needs of a model: that it runs, and where it works for the request, a slot. */
export type Need = { slot: false } | ({ slot: true } & Claim);

/** The right to use a model that runs. */
export interface Lease {
  readonly llama: Llama;
  /** What it really is, as it runs. */
  readonly model: UpstreamModel;
  /** Where a conversation that begins is put. */
  readonly newThreadSlot: NewThreadSlot;
  /** Milliseconds that a slot was waited for. */
  readonly waited: number;
  /** How many other requests work on it. */
  others(): number;
  /**
   * Whether the model is gone, asked when its connection broke; another lease then brings it anew.
   * Waits a moment for it to be certain.
   */
  lost(): Promise<boolean>;
  /** Gives the right back, and says what the request failed of; only the first call counts. */
  release(error: ApiError | null): void;
}
