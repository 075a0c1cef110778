/** The queue in front of a llama-server that somebody else started. */
import { type AdmissionQueue, admissionQueue } from "./admission.ts";
import type { ModelEntry } from "./facts.ts";
import type { UpstreamWatch } from "./watch.ts";

export interface RemoteQueue extends AdmissionQueue {
  /** Told when llama-server ended requests because its cache was full. */
  overran(): void;
}

/**
 * Whether slots share one cache, llama-server 0.7.0 does not say: `/props`, `/slots` and `/v1/models`
 * give the tokens that one slot may hold, shared or not. But only of a shared one can requests take
 * each other's room; so it counts as shared from the first time that they did, and until
 * llama-server is another.
 *
 * @param most how many may wait
 */
export function remoteQueue(watch: UpstreamWatch, most: number): RemoteQueue {
  let shared: string | null = null;

  function model(): ModelEntry | null {
    const state = watch.state();
    return state?.status === "ready" ? state.models[0] ?? null : null;
  }

  const queue = admissionQueue({
    capacity() {
      const facts = model();
      const tokens = facts !== null && shared === shapeOf(facts) ? facts.context : null;
      return { slots: facts?.slots ?? null, tokens };
    },
    most,
    now: () => performance.now(),
  });
  return {
    ...queue,
    overran() {
      const facts = model();
      if (facts !== null) shared = shapeOf(facts);
    },
  };
}

function shapeOf({ upstreamId, context, slots }: ModelEntry): string {
  return JSON.stringify([upstreamId, context, slots]);
}
