/**
 * The queue in front of llama-server's slots. llama-server has one of its own, but what waits there
 * cannot be taken back: it notices a closed connection only after a second in which nobody's tokens
 * flow, so a request that was given up would still be begun.
 */

export interface SlotQueue {
  /**
   * Waits for a place, in the order of asking. Rejects with the signal's reason when that aborts
   * first; then nothing was taken. The function that it gives frees the place; only its first call
   * counts.
   */
  take(signal: AbortSignal): Promise<() => void>;
  /** How many wait. */
  waiting(): number;
  /** How many have a place. */
  running(): number;
}

/**
 * Makes a queue.
 *
 * @param capacity how many may run at once at the moment; asked each time, because the upstream may
 * change. Null where it is not known: then nobody waits here.
 */
export function slotQueue(capacity: () => number | null): SlotQueue {
  let running = 0;
  const queue = new Set<() => void>();

  function admit(): void {
    for (const start of queue) {
      if (running >= (capacity() ?? Infinity)) return;
      queue.delete(start);
      start();
    }
  }

  function place(): () => void {
    running++;
    let taken = true;
    return () => {
      if (!taken) return;
      taken = false;
      running--;
      admit();
    };
  }

  return {
    waiting: () => queue.size,
    running: () => running,
    take(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const start = () => {
          signal.removeEventListener("abort", leave);
          resolve(place());
        };
        const leave = () => {
          queue.delete(start);
          reject(signal.reason);
        };
        signal.addEventListener("abort", leave, { once: true });
        queue.add(start);
        admit();
      });
    },
  };
}
