/**
 * Sends what an exchange asks to its model, and once more where the llama-server died before the
 * model had begun to answer: whoever asked has heard nothing yet that would be said twice [H17].
 */
import type { ApiError } from "../protocol/error.ts";
import type { Source } from "../stream/transfer.ts";
import { isDisconnect } from "../upstream/llama.ts";
import type { Lease, Need, Served } from "../upstream/serving.ts";

/** What has to be done for an answer: a request to a model, or nothing but to say it. */
export type Work = Asking | { said: () => Source };

export interface Asking {
  served: Served;
  need: Need;
  /** Starts the upstream request; the signal ends it. Called again with a lease of its own. */
  send: (signal: AbortSignal, lease: Lease) => Source;
}

export interface Sending {
  /** The answer, once it has begun. */
  source: Source;
  /** Sends once more after a body that broke; null where that would be wrong, or was done already. */
  again(cause: unknown): Source | null;
  /** Gives the place at the model back, and says what the request failed of. */
  release(error: ApiError | null): void;
}

interface SendingEvents {
  mayRepeat(): boolean;
  onRepeat(): void;
  onWaited(ms: number): void;
}

/**
 * A request that is given up before its turn never reaches llama-server.
 *
 * @param mayRepeat asked before a request is sent once more
 * @param onRepeat told of it
 * @param onWaited told how many milliseconds the request waited for its turn, if any
 */
export function sending(
  work: Work,
  signal: AbortSignal,
  { mayRepeat, onRepeat, onWaited }: SendingEvents,
): Sending {
  if ("said" in work) return { source: work.said(), again: () => null, release: () => {} };
  const { served, need, send } = work;
  let lease = served.lease(need, signal);
  let repeated = false;

  async function repeat(cause: unknown): Source {
    const before = await lease;
    if (!await before.lost()) throw cause;
    before.release(null);
    onRepeat();
    lease = served.lease(need, signal);
    return begin(await lease);
  }

  function begin(lent: Lease): Source {
    if (lent.waited >= 1) onWaited(lent.waited);
    return send(signal, lent);
  }

  function again(cause: unknown): Source | null {
    if (repeated || signal.aborted || !isDisconnect(cause) || !mayRepeat()) return null;
    repeated = true;
    return repeat(cause);
  }

  return {
    source: lease.then(begin).catch((cause) => {
      const next = again(cause);
      if (next === null) throw cause;
      return next;
    }),
    again,
    release: (error) => void lease.then((lent) => lent.release(error), () => {}),
  };
}
