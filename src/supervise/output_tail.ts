/** The last lines that a program wrote; its memory is bounded, whatever the program writes. */

/** Lines that are kept, and characters of each. */
const MOST_LINES = 200;
const LONGEST_LINE = 1000;

export interface OutputTail {
  /** Takes one of the program's streams, in pieces cut anywhere; resolves at its end. */
  take(stream: AsyncIterable<string>): Promise<void>;
  /** The last finished lines of all streams, oldest first. */
  lines(): string[];
}

/** @param onLine gets every finished line, cut to its longest length */
export function outputTail(onLine: (line: string) => void = () => {}): OutputTail {
  const kept: string[] = [];

  function finish(line: string): void {
    const told = line.replace(/\r$/, "").slice(0, LONGEST_LINE);
    if (kept.length === MOST_LINES) kept.shift();
    kept.push(told);
    onLine(told);
  }

  return {
    async take(stream) {
      let open = "";
      for await (const text of stream) {
        const [first = "", ...more] = text.split("\n");
        // One more, since the last one may belong to the line's end.
        open = (open + first).slice(0, LONGEST_LINE + 1);
        for (const line of more) {
          finish(open);
          open = line.slice(0, LONGEST_LINE + 1);
        }
      }
      if (open !== "") finish(open);
    },
    lines: () => [...kept],
  };
}
