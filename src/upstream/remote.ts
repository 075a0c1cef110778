/** A llama-server that somebody else started: what it serves is served. */
import { isCacheFull } from "../protocol/llama_error.ts";
import { NO_PLACE, type Place } from "./admission.ts";
import type { Llama } from "./llama.ts";
import type { UpstreamWatch } from "./watch.ts";
import { newThreadSlot } from "./new_thread_slot.ts";
import type { RemoteQueue } from "./remote_queue.ts";
import type { Lease, Serving } from "./serving.ts";

/**
 * Serves what `watch` sees; requests wait in `queue`.
 *
 * @param llama is closed with the serving
 */
export function serveRemote(llama: Llama, watch: UpstreamWatch, queue: RemoteQueue): Serving {
  const newThread = newThreadSlot(llama, () => watch.slots());
  return {
    async resolve(name) {
      const model = await watch.resolve(name);
      const lent = ({ waited, release }: Place): Lease => ({
        ...{ llama, model, waited },
        newThreadSlot: newThread,
        others: () => queue.running() - 1,
        // Who runs it may start it again; Chaski cannot, nor know whether it has ended.
        lost: () => Promise.resolve(false),
        release(error) {
          // Before the next ones are let in.
          if (error !== null && isCacheFull(error)) queue.overran();
          release();
        },
      });
      return {
        model,
        lease: async (need, signal) => lent(need.slot ? await queue.take(need, signal) : NO_PLACE),
        progress: () => null,
      };
    },
    models: watch.models,
    refresh: watch.refresh,
    async close() {
      watch.stop();
      await llama.close();
    },
  };
}
