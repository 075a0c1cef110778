/** Sets of characters, as Unicode code points. */

/** Whether a code point is in a set. */
type CharTest = (code: number) => boolean;

export interface CharSet {
  /** 1 for each of the first 128 code points that is in the set. */
  readonly ascii: Uint8Array;
  /** For all other code points. */
  readonly beyond: CharTest;
}

type CodeRange = readonly [first: number, last: number];
/** Code points from the first to the last, or all of another set. */
export type CharItem = CodeRange | CharSet;

const ASCII = 128;

export function inSet(set: CharSet, code: number): boolean {
  return code < ASCII ? set.ascii[code] === 1 : set.beyond(code);
}

/**
 * A set of all that its items name, or of all else. Building one is cheap and one look-up takes
 * logarithmic time in the ranges, since a hostile pattern has thousands of both.
 *
 * @param fold whether a letter stands for its other case too
 */
export function charSet(
  items: readonly CharItem[],
  { negated = false, fold = false }: { negated?: boolean; fold?: boolean } = {},
): CharSet {
  const ranges = merged(items.filter((item): item is CodeRange => !isSet(item)));
  const sets = [...new Set(items.filter(isSet))];
  const plain = (code: number) =>
    inRanges(ranges, code) || sets.some((set) => code >= ASCII && set.beyond(code));
  const ascii = asciiOf(ranges, sets);
  if (fold) foldAscii(ascii);
  if (negated) { for (let code = 0; code < ASCII; code++) ascii[code]! ^= 1; }
  const either = fold ? (code: number) => cases(code).some(plain) : plain;
  return { ascii, beyond: negated ? (code) => !either(code) : either };
}

function isSet(item: CharItem): item is CharSet {
  return "ascii" in item;
}

function merged(items: readonly CodeRange[]): number[] {
  const bounds: number[] = [];
  for (const [first, last] of items.toSorted((a, b) => a[0] - b[0])) {
    const before = bounds.at(-1);
    if (before !== undefined && first <= before + 1) {
      bounds[bounds.length - 1] = Math.max(before, last);
    } else bounds.push(first, last);
  }
  return bounds;
}

function asciiOf(ranges: readonly number[], sets: readonly CharSet[]): Uint8Array {
  const ascii = new Uint8Array(ASCII);
  for (let i = 0; i < ranges.length; i += 2) ascii.fill(1, ranges[i]!, ranges[i + 1]! + 1);
  for (const set of sets) for (let code = 0; code < ASCII; code++) ascii[code]! |= set.ascii[code]!;
  return ascii;
}

function foldAscii(ascii: Uint8Array): void {
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    ascii[upper] = ascii[upper + 0x20] = ascii[upper]! | ascii[upper + 0x20]!;
  }
}

/** `bounds` are first, last, first, last …, ascending. */
function inRanges(bounds: readonly number[], code: number): boolean {
  let low = 0;
  let high = bounds.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (code > bounds[2 * middle + 1]!) low = middle + 1;
    else high = middle;
  }
  return low < bounds.length / 2 && code >= bounds[2 * low]!;
}

function cases(code: number): number[] {
  const char = String.fromCodePoint(code);
  return [char, char.toLowerCase(), char.toUpperCase()]
    .filter((other) => other.length === char.length)
    .map((other) => other.codePointAt(0)!);
}

/** What one of our own expressions says of each character. */
function tested(pattern: RegExp): CharSet {
  const beyond = (code: number) => pattern.test(String.fromCodePoint(code));
  return { ascii: Uint8Array.from({ length: ASCII }, (_, code) => beyond(code) ? 1 : 0), beyond };
}

const WORD = tested(/[\p{L}\p{M}\p{N}\p{Pc}]/u);

/** Whether a character is what `\w` stands for. */
export function isWord(code: number): boolean {
  return inSet(WORD, code);
}

const POSITIVE: readonly (readonly [string, CharSet])[] = [
  ["d", tested(/\p{Nd}/u)],
  ["s", tested(/\s/u)],
  ["w", WORD],
  ["p{L}", tested(/\p{L}/u)],
  ["p{Lu}", tested(/\p{Lu}/u)],
  ["p{Ll}", tested(/\p{Ll}/u)],
  ["p{M}", tested(/\p{M}/u)],
  ["p{N}", tested(/\p{N}/u)],
  ["p{Nd}", tested(/\p{Nd}/u)],
  ["p{P}", tested(/\p{P}/u)],
  ["p{S}", tested(/\p{S}/u)],
  ["p{Z}", tested(/\p{Z}/u)],
];

/** What a backslash and a letter stand for; `P{L}` is all but `p{L}`. As in Rust and Python. */
export const NAMED_SETS: ReadonlyMap<string, CharSet> = new Map(
  POSITIVE.flatMap(([name, set]) => [
    [name, set] as const,
    [name[0]!.toUpperCase() + name.slice(1), charSet([set], { negated: true })] as const,
  ]),
);

/** Letters and digits first: an example is to be read. */
const SAMPLES = "a1A" +
  String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i)) + " \n\t\r";
const RARE_SAMPLES = "éΩЖ中😀";

/** A character of the set that a reader can see; null where none of the common ones is in it. */
export function sampleOf(set: CharSet): string | null {
  for (const char of SAMPLES + RARE_SAMPLES) if (inSet(set, char.codePointAt(0)!)) return char;
  return null;
}
