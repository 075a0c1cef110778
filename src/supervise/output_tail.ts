/** The last lines that a program wrote; its memory is bounded, whatever the program writes. */

/** Lines that are kept, and characters of each. */
const MOST_LINES = 200;
const LONGEST_LINE = 1000;

export interface OutputTail {
  /** Takes what was written, cut anywhere. */
  push(text: string): void;
  /** The last lines, oldest first; also one that is not finished. */
  lines(): string[];
}

/** @param onLine gets every finished line, cut to its longest length */
export function outputTail(onLine: (line: string) => void = () => {}): OutputTail {
  const kept: string[] = [];
  let open = "";

  function finish(): void {
    if (kept.length === MOST_LINES) kept.shift();
    kept.push(open);
    onLine(open);
    open = "";
  }

  return {
    push(text) {
      const [first = "", ...more] = text.split(/\r?\n/);
      open = (open + first).slice(0, LONGEST_LINE);
      for (const line of more) {
        finish();
        open = line.slice(0, LONGEST_LINE);
      }
    },
    lines: () => open === "" ? [...kept] : [...kept, open],
  };
}
