/**
 * The middle of repeated measurements.
 */

/**
 * The median; of an even number the upper of the two middle values, so that two repetitions give
 * the worse one. `NaN` (nothing measured) does not take part; without any value the result is `NaN`.
 * `Infinity` (never) counts as the largest.
 */
export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
