/** How fast a queue moves, by what the last requests took. */

export interface Pace {
  /** A request has ended; `ms` are the milliseconds that it ran. */
  ended(ms: number): void;
  /** Seconds after which half of those who wait have probably had their turn: whole, 1 to 60. */
  retryAfter(waiting: number, slots: number): number;
}

/** Milliseconds that a request is taken to need before one has ended. */
const FIRST_GUESS = 10_000;
/** What the last request counts in the mean. */
const WEIGHT = 1 / 8;
/** Seconds. */
const LEAST = 1, MOST = 60;

export function servicePace(): Pace {
  let mean: number | null = null;
  return {
    ended(ms) {
      mean = mean === null ? ms : mean + (ms - mean) * WEIGHT;
    },
    retryAfter(waiting, slots) {
      const turns = Math.max(1, waiting / 2) / Math.max(1, slots);
      const seconds = Math.ceil(turns * (mean ?? FIRST_GUESS) / 1000);
      return Math.min(MOST, Math.max(LEAST, seconds));
    },
  };
}
