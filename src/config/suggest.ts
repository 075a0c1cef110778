/**
 * Which known word a typo was meant to be.
 */

/** Edits (insert, delete, replace) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const edited = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, edited));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Swapped letters are two edits; with three, `foo` would have been meant to be `host`. */
const FARTHEST = 2;

/** The part of a dotted key that people remember. */
function lastPart(word: string): string {
  return word.slice(word.lastIndexOf(".") + 1);
}

/**
 * ` (did you mean port?)` for the nearest of `known`, or nothing when none is near. A key in the
 * wrong table counts as near: `body_mb` was meant to be `limits.body_mb`.
 */
export function didYouMean(word: string, known: readonly string[]): string {
  const typed = word.slice(0, 64);
  const ranked = known
    .map((candidate) => ({
      candidate,
      edits: Math.min(
        distance(typed, candidate),
        distance(lastPart(typed), lastPart(candidate)) + 1,
      ),
    }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best && best.edits <= FARTHEST ? ` (did you mean ${best.candidate}?)` : "";
}
