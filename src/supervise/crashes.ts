/** Models that crash again and again: they are not started for a while. */
import type { ApiError } from "../protocol/error.ts";

/** Milliseconds, and crashes within them that are too many. */
const MINUTE = 60_000;
const MOST = 3;

interface Crash {
  at: number;
  error: ApiError;
}

export interface Crashes {
  add(id: string, error: ApiError): void;
  /** The last crash of a model that does nothing else; null where it may be tried. */
  tooMany(id: string): ApiError | null;
}

/** @param now milliseconds of a clock */
export function crashLog(now: () => number): Crashes {
  const crashes = new Map<string, Crash[]>();
  const recent = (id: string) => (crashes.get(id) ?? []).filter(({ at }) => now() - at < MINUTE);
  return {
    add: (id, error) => void crashes.set(id, [...recent(id), { at: now(), error }]),
    tooMany(id) {
      const all = recent(id);
      return all.length < MOST ? null : all.at(-1)?.error ?? null;
    },
  };
}
