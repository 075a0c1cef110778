/** Requests that wait for their model, in the order in which they came. */

/** One that waits. */
export interface Waiter<Grant> {
  readonly id: string;
  /** Lower is older. */
  readonly number: number;
  grant(granted: Grant): void;
  refuse(error: unknown): void;
}

export interface Waiting<Grant> {
  /** Resolves when `grant` is called; rejects with the signal's reason when that aborts first. */
  wait(id: string, signal: AbortSignal): Promise<Grant>;
  /** Everybody, oldest first. */
  all(): readonly Waiter<Grant>[];
}

/** @param onChange called when somebody came or left */
export function waitingList<Grant>(onChange: () => void): Waiting<Grant> {
  const waiters = new Set<Waiter<Grant>>();
  let count = 0;
  return {
    all: () => [...waiters],
    wait(id, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const end = () => {
          waiters.delete(waiter);
          signal.removeEventListener("abort", leave);
        };
        const waiter: Waiter<Grant> = {
          id,
          number: count++,
          grant(granted) {
            end();
            resolve(granted);
          },
          refuse(error) {
            end();
            reject(error);
          },
        };
        const leave = () => {
          waiter.refuse(signal.reason);
          onChange();
        };
        signal.addEventListener("abort", leave, { once: true });
        waiters.add(waiter);
        onChange();
      });
    },
  };
}
