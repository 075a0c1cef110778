/** A llama-server that somebody else started: what it serves is served. */
import type { Llama } from "./llama.ts";
import type { UpstreamWatch } from "./watch.ts";
import { newThreadSlot } from "./new_thread_slot.ts";
import type { Lease, Serving } from "./serving.ts";
import type { SlotQueue } from "./slots.ts";

/**
 * Serves what `watch` sees; requests wait in `queue`.
 *
 * @param llama is closed with the serving
 */
export function serveRemote(llama: Llama, watch: UpstreamWatch, queue: SlotQueue): Serving {
  const newThread = newThreadSlot(llama, () => watch.slots());
  return {
    async resolve(name) {
      const model = await watch.resolve(name);
      const lent = (release: () => void): Lease => ({
        ...{ llama, model, release },
        newThreadSlot: newThread,
        others: () => queue.running() - 1,
      });
      return {
        model,
        lease: async ({ slot }, signal) => lent(slot ? await queue.take(signal) : () => {}),
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
