/** Tries again what may pass: a bounded number of times, each after a longer wait. */

import { HubError } from "./hub_error.ts";

/** What trying again depends on. */
export interface Patience {
  signal: AbortSignal;
  /** Waits for milliseconds, or rejects with the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds without a byte of a file, or for a whole list, after which a try has failed. */
  silence: number;
}

const MOST_FAILURES = 5;
const FIRST_WAIT = 1000;

/** Bytes. Who got so much further has not failed in vain. */
const PROGRESS = 8 * 1024 * 1024;

/**
 * What the attempt gives; its last failure when it failed five times in a row.
 *
 * @param length how far the attempts have come, in bytes
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  { signal, wait }: Pick<Patience, "signal" | "wait">,
  length: () => number = () => 0,
): Promise<T> {
  let mark = length();
  for (let failures = 0;;) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (length() - mark >= PROGRESS) {
        mark = length();
        failures = 0;
      }
      if (!(error instanceof HubError) || error.again === null) throw error;
      if (++failures === MOST_FAILURES) throw error;
      await wait(Math.max(error.again.after, FIRST_WAIT * 2 ** (failures - 1)), signal);
    }
  }
}

/** Waits on the clock. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
