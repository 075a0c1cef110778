/** The terminal, or the file, that the demonstration writes to. */
export interface Screen {
  /** Its width in characters; `undefined` where lines may be of any length. */
  readonly columns: number | undefined;
  write(text: string): void;
  /** Text in bold, faint or green where that is wanted, else as it is. */
  bold(text: string): string;
  faint(text: string): string;
  green(text: string): string;
  /** Begins a step whose progress can be told. */
  step(name: string): Step;
}

/** One step of the preparation: a line that is written anew on a terminal, and lines elsewhere. */
export interface Step {
  /** What it is about. */
  tell(sentence: string): void;
  /** What came of it. */
  done(result: string): void;
}

/** Where a screen writes, and what it can show. */
export interface ScreenOptions {
  readonly write: (text: string) => void;
  /** The terminal's width; `undefined` when it is none. */
  readonly columns: number | undefined;
  readonly colors: boolean;
}

const NAME_WIDTH = 14;

/** Standard output, with colours on a terminal unless `NO_COLOR` is set. */
export function standardOutput(): Screen {
  const terminal = Deno.stdout.isTerminal();
  return screenOn({
    write: writeAll,
    columns: terminal ? Deno.consoleSize().columns : undefined,
    colors: terminal && !Deno.noColor,
  });
}

/** A screen on something that takes text. */
export function screenOn({ write, columns, colors }: ScreenOptions): Screen {
  const styled = (on: number, off: number) => (text: string) =>
    colors ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  const bold = styled(1, 22);
  const faint = styled(2, 22);
  const green = styled(32, 39);

  const step = (name: string): Step => {
    const label = `  ${bold(name.padEnd(NAME_WIDTH))}`;
    const clear = columns === undefined ? "" : "\r\x1b[2K";
    const room = (columns ?? Infinity) - NAME_WIDTH - 4;
    return {
      tell(sentence) {
        if (columns === undefined) return write(`  ${name}: ${sentence}\n`);
        write(`${clear}${label}${faint(cut(sentence, room))}`);
      },
      done: (result) => write(`${clear}${label}${result}\n`),
    };
  };
  return { columns, write, bold, faint, green, step };
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text;
}

function writeAll(text: string): void {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
  } catch (error) {
    // `deno task demo | head` reads no further, which is no failure.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
