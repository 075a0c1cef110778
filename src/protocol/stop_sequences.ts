/**
 * Stop sequences in the text of an answer. llama-server has its own (`stop`), but a chat stream does
 * not say which one it met, or whether it met any, and they would end thoughts and calls too. Pure.
 */

export interface StopWatch {
  /** What can be told of a piece of text: what may begin a sequence comes later, or never. */
  push(text: string): string;
  /** What is held back, because the text has ended or something else follows. */
  flush(): string;
  /** The sequence that has ended the answer. */
  matched(): string | null;
  /** Another answer takes the place of the one so far. */
  restart(): void;
}

/** A sequence, and how much of it the text ends with. */
interface Search {
  sequence: string;
  /** For each length of its beginning, the longest shorter one that it ends with. */
  falls: Uint16Array;
  length: number;
}

/**
 * Looks at each character once for each sequence (Knuth, Morris, Pratt), whatever the client makes
 * of them.
 *
 * @param sequences none of them empty, none longer than 65,535 units
 */
export function stopWatch(sequences: readonly string[]): StopWatch {
  const searches = sequences.map((sequence): Search => ({
    sequence,
    falls: fallsOf(sequence),
    length: 0,
  }));
  let held = "";
  let matched: string | null = null;

  /** The longest sequence that this character ends. */
  function ended(unit: number): string | null {
    let found: string | null = null;
    for (const search of searches) {
      const { sequence } = search;
      advance(search, unit);
      if (search.length < sequence.length) continue;
      if (found === null || sequence.length > found.length) found = sequence;
    }
    return found;
  }

  function forget(): void {
    held = "";
    for (const search of searches) search.length = 0;
  }

  return {
    push(piece) {
      if (matched !== null) return "";
      const text = held + piece;
      for (let at = held.length; at < text.length; at++) {
        matched = ended(text.charCodeAt(at));
        if (matched === null) continue;
        forget();
        return text.slice(0, at + 1 - matched.length);
      }
      const keep = searches.reduce((most, { length }) => Math.max(most, length), 0);
      held = text.slice(text.length - keep);
      return text.slice(0, text.length - keep);
    },
    flush() {
      const text = held;
      forget();
      return text;
    },
    matched: () => matched,
    restart() {
      forget();
      matched = null;
    },
  };
}

function advance(search: Search, unit: number): void {
  const { sequence, falls } = search;
  let length = search.length;
  while (length > 0 && sequence.charCodeAt(length) !== unit) length = falls[length] ?? 0;
  search.length = sequence.charCodeAt(length) === unit ? length + 1 : 0;
}

function fallsOf(sequence: string): Uint16Array {
  const falls = new Uint16Array(sequence.length + 1);
  for (let at = 1, length = 0; at < sequence.length; at++) {
    const unit = sequence.charCodeAt(at);
    while (length > 0 && sequence.charCodeAt(length) !== unit) length = falls[length] ?? 0;
    if (sequence.charCodeAt(length) === unit) length++;
    falls[at + 1] = length;
  }
  return falls;
}
