/**
 * The outside world of the command line on Deno.
 */

import type { Io } from "./program.ts";

/** The process's own streams, environment and files, with the server to run. */
export function denoIo(serve: Io["serve"]): Io {
  const terminal = Deno.stdout.isTerminal();
  return {
    stdout: (text) => writeAll(Deno.stdout, text),
    stderr: (text) => writeAll(Deno.stderr, text),
    terminal,
    columns: terminal ? Math.min(Deno.consoleSize().columns, 100) : 100,
    env: Deno.env.toObject(),
    os: Deno.build.os,
    readTextFile: (path) => Deno.readTextFile(path),
    statMode: async (path) => (await Deno.stat(path)).mode,
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
