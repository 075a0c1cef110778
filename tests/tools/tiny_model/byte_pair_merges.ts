import { spell } from "./byte_alphabet.ts";

/** Two neighbouring symbols that byte-pair encoding joins. */
export type Merge = readonly [left: string, right: string];

/**
 * Trains byte-pair merges until every word is one token, so that each of them tokenizes to itself.
 * Ties go to the pair that sorts last, which makes the result independent of insertion order.
 *
 * @returns the merges, first learned first
 */
export function trainMerges(words: readonly string[]): Merge[] {
  let spelled = words.map((word) => [...spell(word)]);
  const merges: Merge[] = [];
  for (let best = mostFrequent(spelled); best; best = mostFrequent(spelled)) {
    const merge = best;
    merges.push(merge);
    spelled = spelled.map((symbols) => joined(symbols, merge));
  }
  return merges;
}

function mostFrequent(spelled: readonly string[][]): Merge | undefined {
  const counts = new Map<string, { pair: Merge; count: number }>();
  for (const symbols of spelled) {
    symbols.slice(1).forEach((right, i) => {
      const left = symbols[i]!;
      const entry = counts.get(`${left} ${right}`) ?? { pair: [left, right], count: 0 };
      entry.count++;
      counts.set(`${left} ${right}`, entry);
    });
  }
  let best: { pair: Merge; count: number } | undefined;
  for (const entry of counts.values()) {
    if (!best || entry.count > best.count) best = entry;
    else if (entry.count === best.count && sortsAfter(entry.pair, best.pair)) best = entry;
  }
  return best?.pair;
}

function sortsAfter(a: Merge, b: Merge): boolean {
  return a[0] === b[0] ? a[1] > b[1] : a[0] > b[0];
}

function joined(symbols: readonly string[], [left, right]: Merge): string[] {
  const result: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    const joins = symbol === left && symbols[i + 1] === right;
    result.push(joins ? left + right : symbol);
    if (joins) i++;
  }
  return result;
}
