/**
 * Text that arrives in pieces, read by a coroutine that pauses wherever it needs the next piece.
 * What is read does not depend on where the pieces were cut, and each character is looked at once.
 * Pure.
 */

/** Positions count UTF-16 units of `text`, which changes at every pause: keep none across one. */
export interface Reader {
  /** The piece that is being read, behind what was left of the one before. */
  text: string;
  /** Where the unread text begins. */
  at: number;
  /** No further piece comes. */
  ended: boolean;
  /** Where that which was read but not yet dropped begins in `text`. */
  mark: number;
  /** What was read before `text` and not yet dropped. */
  before: string;
}

/** A step of reading: it pauses for more text and gives a result at last. */
export type Reading<T> = Generator<void, T, void>;

/** White space between the tokens of JSON and around markup. */
const BLANK = /[ \t\r\n]+/y;

export function newReader(text = "", ended = false): Reader {
  return { text, at: 0, ended, mark: 0, before: "" };
}

/** Puts a piece behind the unread text. */
export function feed(reader: Reader, piece: string): void {
  reader.before += reader.text.slice(reader.mark, reader.at);
  reader.text = reader.text.slice(reader.at) + piece;
  reader.at = 0;
  reader.mark = 0;
}

/** What was read since the last `drop()`. */
export function held(reader: Reader): string {
  return reader.before + reader.text.slice(reader.mark, reader.at);
}

/** The length of `held()`. */
export function heldLength(reader: Reader): number {
  return reader.before.length + reader.at - reader.mark;
}

/** Holds no longer what was read. */
export function drop(reader: Reader): void {
  reader.before = "";
  reader.mark = reader.at;
}

/** Begins anew with what is held. */
export function rewind(reader: Reader): void {
  reader.text = held(reader) + reader.text.slice(reader.at);
  reader.before = "";
  reader.at = 0;
  reader.mark = 0;
}

/** Runs a reading over text that is there as a whole. */
export function readWhole<T>(text: string, read: (reader: Reader) => Reading<T>): T {
  const reading = read(newReader(text, true));
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
  }
}

/** The next character, which stays unread; nothing at the end. */
export function* peek(reader: Reader): Reading<string> {
  while (reader.at >= reader.text.length) {
    if (reader.ended) return "";
    yield;
  }
  return reader.text.charAt(reader.at);
}

/** Reads the one of some words that comes next; null, and nothing read, where none does. */
export function* oneOf<W extends string>(reader: Reader, words: readonly W[]): Reading<W | null> {
  for (;;) {
    const left = reader.text.length - reader.at;
    let maybe = false;
    for (const word of words) {
      if (left >= word.length) {
        if (!reader.text.startsWith(word, reader.at)) continue;
        reader.at += word.length;
        return word;
      }
      maybe ||= word.startsWith(reader.text.slice(reader.at));
    }
    if (!maybe || reader.ended) return null;
    yield;
  }
}

/** Reads a word if it comes next, and says whether it did. */
export function* literal(reader: Reader, word: string): Reading<boolean> {
  return (yield* oneOf(reader, [word])) !== null;
}

/**
 * Reads as long as a sticky pattern of one character or more matches.
 *
 * @param most characters that may be read; the next one may match, too, when as many came back
 */
export function* span(reader: Reader, pattern: RegExp, most: number): Reading<string> {
  let read = "";
  for (;;) {
    pattern.lastIndex = reader.at;
    const found = (pattern.exec(reader.text)?.[0] ?? "").slice(0, most - read.length);
    reader.at += found.length;
    read += found;
    if (reader.at < reader.text.length || reader.ended || read.length >= most) return read;
    yield;
  }
}

/** Reads white space, if any. */
export function blank(reader: Reader): Reading<string> {
  return span(reader, BLANK, Infinity);
}

/**
 * Reads up to the first of some words, and that word.
 *
 * @param words all with the same first character
 * @returns the text before the word, and the word; null at the end of the text
 */
export function* until<W extends string>(
  reader: Reader,
  words: readonly [W, ...W[]],
): Reading<{ text: string; word: W | null }> {
  const first = words[0].charAt(0);
  let text = "";
  for (;;) {
    const found = reader.text.indexOf(first, reader.at);
    const end = found < 0 ? reader.text.length : found;
    text += reader.text.slice(reader.at, end);
    reader.at = end;
    if (found < 0) {
      if (reader.ended) return { text, word: null };
      yield;
      continue;
    }
    const word = yield* oneOf(reader, words);
    if (word !== null) return { text, word };
    text += first;
    reader.at++;
  }
}
