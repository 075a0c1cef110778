/**
 * The queue in front of a llama-server. llama-server has one of its own, but what waits there cannot
 * be taken back: it notices a closed connection only after a second in which nobody's tokens flow, so
 * a request that was given up would still be begun. Nor does it know whose a request is.
 */
import type { ApiError } from "../protocol/error.ts";
import { type Capacity, type Claim, nextTurn, refusal, type Waiting } from "./next_turn.ts";
import { ownerTurns } from "./owner_turns.ts";
import { servicePace } from "./pace.ts";
import { queueFull, shareTaken } from "./queue_errors.ts";

export interface AdmissionQueue {
  /**
   * Waits for a turn (`next_turn.ts` says whose it is). Rejects with the signal's reason when that
   * aborts first, or at once with an ApiError where too many wait, 503 `server_is_overloaded` or 429
   * `rate_limit_exceeded`; then nothing was taken.
   */
  take(claim: Claim, signal: AbortSignal): Promise<Place>;
  /** How many wait. */
  waiting(): number;
  /** How many have a place. */
  running(): number;
}

/** A place among those that run. */
export interface Place {
  /** Milliseconds that it was waited for. */
  readonly waited: number;
  /** Frees it; only the first call counts. */
  release(): void;
}

/** The place of who needs none. */
export const NO_PLACE: Place = { waited: 0, release() {} };

export interface AdmissionOptions {
  /** What there is room for at the moment; asked each time, because the upstream may change. */
  capacity(): Capacity;
  /** How many may wait. */
  most: number;
  /** Milliseconds of a clock. */
  now(): number;
}

interface Waiter extends Waiting {
  start(place: Place): void;
}

export function admissionQueue({ capacity, most, now }: AdmissionOptions): AdmissionQueue {
  const waiting = new Set<Waiter>();
  const owners = ownerTurns();
  const pace = servicePace();
  let running = 0;
  let tokens = 0;

  function admit(): void {
    for (;;) {
      const next = nextTurn(waiting, { ...owners, running, tokens }, capacity(), now());
      if (next === null) return;
      waiting.delete(next);
      next.start(place(next));
    }
  }

  function place(claim: Waiting): Place {
    const began = now();
    running++;
    tokens += claim.tokens;
    owners.begin(claim.owner);
    let taken = true;
    return {
      waited: began - claim.since,
      release() {
        if (!taken) return;
        taken = false;
        running--;
        tokens -= claim.tokens;
        owners.end(claim.owner);
        pace.ended(now() - began);
        admit();
      },
    };
  }

  /** Ends the waiting of one that has no place in the queue. */
  function refuse(waiter: Waiter): ApiError | null {
    const why = waiting.has(waiter) ? refusal(waiting, waiter, most) : null;
    if (why === null) return null;
    waiting.delete(waiter);
    const retryAfter = pace.retryAfter(waiting.size, capacity().slots ?? 1);
    return why === "full" ? queueFull(retryAfter) : shareTaken(retryAfter);
  }

  return {
    waiting: () => waiting.size,
    running: () => running,
    take(claim, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const settle = () => signal.removeEventListener("abort", leave);
        const waiter: Waiter = {
          ...claim,
          since: now(),
          start(place) {
            settle();
            resolve(place);
          },
        };
        const leave = () => {
          waiting.delete(waiter);
          reject(signal.reason);
          admit();
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.add(waiter);
        admit();
        const refused = refuse(waiter);
        if (refused === null) return;
        settle();
        reject(refused);
      });
    },
  };
}
