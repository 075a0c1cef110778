const SIZE = 624;
const SHIFT = 397;
const TWIST = 0x9908b0df;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;

/**
 * The MT19937 generator of Matsumoto and Nishimura (1998), seeded by their `init_by_array`.
 *
 * @param key the seed, least significant word first; at least one word
 * @returns a function that gives the next number, an integer from 0 to 2^32 - 1
 */
export function mersenneTwister(key: Uint32Array): () => number {
  const state = seededState(key);
  let next = SIZE;
  return () => {
    if (next === SIZE) {
      refill(state);
      next = 0;
    }
    return temper(at(state, next++));
  };
}

function at(words: Uint32Array, index: number): number {
  return words[index % words.length] ?? 0;
}

function seededState(key: Uint32Array): Uint32Array {
  const state = new Uint32Array(SIZE);
  state[0] = 19650218;
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, spread(state, i)) + i;
  let i = 1;
  const step = (value: number) => {
    state[i] = value;
    if (++i === SIZE) {
      state[0] = at(state, SIZE - 1);
      i = 1;
    }
  };
  for (let k = 0; k < Math.max(SIZE, key.length); k++) {
    const mixed = at(state, i) ^ Math.imul(spread(state, i), 1664525);
    step(mixed + at(key, k) + k % key.length);
  }
  for (let k = 1; k < SIZE; k++) {
    step((at(state, i) ^ Math.imul(spread(state, i), 1566083941)) - i);
  }
  state[0] = UPPER;
  return state;
}

function spread(state: Uint32Array, index: number): number {
  const before = at(state, index - 1);
  return before ^ (before >>> 30);
}

function refill(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const pair = (at(state, i) & UPPER) | (at(state, i + 1) & LOWER);
    state[i] = at(state, i + SHIFT) ^ (pair >>> 1) ^ (pair & 1 ? TWIST : 0);
  }
}

function temper(word: number): number {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  word ^= word >>> 18;
  return word >>> 0;
}
