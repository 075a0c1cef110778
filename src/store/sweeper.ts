/** Sweeps a store now and then, between requests. */
import type { Store } from "./store.ts";

/** Milliseconds between the end of one sweep and the next. */
const REST = 60_000;

/** Milliseconds for everybody else between two steps. */
const BREATH = 40;

/**
 * Begins at once and goes on until it is stopped. A step that fails ends this sweep; the next one
 * tries again.
 *
 * @returns stops it
 */
export function sweepInBackground(
  store: Pick<Store, "sweep">,
  onError: (error: unknown) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const step = () => {
    let more = false;
    try {
      more = store.sweep();
    } catch (error) {
      onError(error);
    }
    timer = setTimeout(step, more ? BREATH : REST);
  };
  timer = setTimeout(step, BREATH);
  return () => clearTimeout(timer);
}
