/**
 * The outside world of the command line on Deno.
 */

import type { Config, ConfigInput } from "../config/config.ts";
import type { Machine } from "../machine/machine.ts";
import { denoOutside } from "../machine/outside.ts";
import { readMachine } from "../machine/read_machine.ts";

/** What the command line needs from outside. */
export interface Io extends Omit<ConfigInput, "flags"> {
  stdout(text: string): void;
  stderr(text: string): void;
  /** Whether stdout is a terminal; colors need one, and no `NO_COLOR`. */
  terminal: boolean;
  /** Whether stderr is a terminal, whose lines may be written over. */
  errTerminal: boolean;
  /** Width that help is wrapped to. */
  columns: number;
  /** Looks at the memory of this machine. */
  machine(): Promise<Machine>;
  /** Asks the user yes or no; null where there is no terminal to ask at. */
  confirm(question: string): boolean | null;
  /** Runs the server until it ends; resolves to the exit code. */
  serve(config: Config): Promise<number>;
}

/** The process's own streams, environment and files, with the server to run. */
export function denoIo(serve: Io["serve"]): Io {
  const terminal = Deno.stdout.isTerminal();
  const surroundings = { env: Deno.env.toObject(), os: Deno.build.os };
  return {
    stdout: (text) => writeAll(Deno.stdout, text),
    stderr: (text) => writeAll(Deno.stderr, text),
    terminal,
    errTerminal: Deno.stderr.isTerminal(),
    columns: terminal ? Math.min(Deno.consoleSize().columns, 100) : 100,
    ...surroundings,
    readTextFile: (path) => Deno.readTextFile(path),
    statMode: async (path) => (await Deno.stat(path)).mode,
    machine: () => readMachine(denoOutside(surroundings), null),
    confirm: (question) => Deno.stdin.isTerminal() ? confirm(question) : null,
    serve,
  };
}

/** Writes all of it before it returns: nothing is lost when the process exits right after. */
export function writeAll(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
  } catch (error) {
    // `chaski --help | head -1` reads no further, which is no failure.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** What others said, in one line that a terminal does not obey. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
