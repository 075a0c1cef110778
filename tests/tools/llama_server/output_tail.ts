import { tailOf } from "../run_program.ts";

const KEPT_CHARACTERS = 64 * 1024;

/** The end of what a running program writes. */
export interface OutputTail {
  /** The last dozen lines so far. */
  text(): string;
  /** Settles when the program has closed its outputs. */
  readonly ended: Promise<void>;
}

/** Reads a program's outputs, so that it never waits for a reader, and keeps their end. */
export function outputTail(...outputs: readonly ReadableStream<Uint8Array>[]): OutputTail {
  let kept = "";
  const read = async (output: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of output) {
      kept = (kept + decoder.decode(bytes, { stream: true })).slice(-KEPT_CHARACTERS);
    }
  };
  const ended = Promise.all(outputs.map(read)).then(() => {});
  return { text: () => tailOf(kept), ended };
}
