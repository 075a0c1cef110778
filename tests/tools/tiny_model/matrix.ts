import type { PythonRandom } from "./python_random.ts";

/** A matrix as its rows; a tensor's first GGUF dimension is the length of a row. */
export type Matrix = readonly Float64Array[];

/** A matrix of normal deviates around 0, drawn row by row. */
export function gaussMatrix(
  random: PythonRandom,
  rows: number,
  columns: number,
  deviation: number,
): Matrix {
  return Array.from(
    { length: rows },
    () => Float64Array.from({ length: columns }, () => random.gauss(0, deviation)),
  );
}

/** One row of a matrix, to be read or written; throws a `RangeError` when there is none. */
export function row(matrix: Matrix, index: number): Float64Array {
  const found = matrix[index];
  if (!found) throw new RangeError(`Cannot take row ${index}: the matrix has ${matrix.length}`);
  return found;
}

/** Adds to one cell of a row. */
export function addTo(cells: Float64Array, column: number, value: number): void {
  cells[column] = (cells[column] ?? 0) + value;
}
