import { mersenneTwister } from "./mersenne_twister.ts";

/** The part of Python's `random.Random` that the tiny model is made with. */
export interface PythonRandom {
  /** A normal deviate with the given mean and standard deviation. */
  gauss(mean: number, deviation: number): number;
  /** `count` different elements of `population`, in the order drawn. */
  sample<T>(population: readonly T[], count: number): T[];
}

/**
 * Draws the same numbers as CPython 3.11's `random.Random(seed)` for a text seed, so that a model
 * keeps its bytes whatever language writes it.
 *
 * @param seed any text that does not start with U+0000
 */
export async function pythonRandom(seed: string): Promise<PythonRandom> {
  const word = mersenneTwister(await seedWords(seed));
  const uniform = () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
  return {
    gauss: gaussOf(uniform),
    sample: (population, count) => sample(word, population, count),
  };
}

// Seeding version 2: the text and its SHA-512, read as one big-endian number.
async function seedWords(seed: string): Promise<Uint32Array> {
  const text = new TextEncoder().encode(seed);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", text));
  const number = new Uint8Array(Math.ceil((text.length + digest.length) / 4) * 4);
  number.set([...text, ...digest].reverse());
  const view = new DataView(number.buffer);
  return Uint32Array.from({ length: number.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

// Box and Muller's method makes two deviates at a time; the second is kept for the next call.
function gaussOf(uniform: () => number): PythonRandom["gauss"] {
  let kept: number | undefined;
  return (mean, deviation) => {
    let z = kept;
    kept = undefined;
    if (z === undefined) {
      const angle = uniform() * 2 * Math.PI;
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      z = Math.cos(angle) * radius;
      kept = Math.sin(angle) * radius;
    }
    return mean + z * deviation;
  };
}

// CPython shrinks a copy of a small population, and draws again on repeats from a large one.
function sample<T>(word: () => number, population: readonly T[], count: number): T[] {
  const size = population.length;
  if (count > size) throw new RangeError(`Cannot sample: ${count} is more than there are`);
  const poolLimit = count > 5 ? 21 + 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 21;
  const drawn = size <= poolLimit ? fromPool(word, size, count) : withRetry(word, size, count);
  return drawn.map((index) => population[index]!);
}

function fromPool(word: () => number, size: number, count: number): number[] {
  const pool = Array.from({ length: size }, (_, index) => index);
  return Array.from({ length: count }, (_, round) => {
    const last = size - round - 1;
    const place = below(word, last + 1);
    const chosen = pool[place]!;
    pool[place] = pool[last]!;
    return chosen;
  });
}

function withRetry(word: () => number, size: number, count: number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(below(word, size));
  return [...chosen];
}

function below(word: () => number, limit: number): number {
  const unused = Math.clz32(limit);
  let drawn = limit;
  while (drawn >= limit) drawn = word() >>> unused;
  return drawn;
}
