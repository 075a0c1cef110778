/**
 * An answer for a client that wants no stream: asked upstream as a stream, so that a client that
 * leaves is noticed at once, and folded.
 */
import type { StreamChunk, TokenCounts } from "../protocol/chat.ts";
import { openAiErrorBody } from "../protocol/error.ts";
import { upstreamCutOff } from "../protocol/llama_error.ts";
import { chunkReader } from "./answer_reader.ts";
import type { Conversion } from "./transfer.ts";

/** Puts the chunks of one kind of stream together. */
export interface Fold<Chunk extends StreamChunk> {
  chunk(chunk: Chunk): void;
  /** Whether the answer so far says why it ended. */
  finished(): boolean;
  /** What the client gets, under the model's public name. */
  result(model: string): unknown;
  counts(): TokenCounts;
}

export interface FoldingOptions<Chunk extends StreamChunk> {
  fold: Fold<Chunk>;
  /** Whether a chunk holds what the model wrote. */
  saysSomething: (chunk: Chunk) => boolean;
  /** The public name of the model. */
  model: string;
}

export interface Folding extends Conversion {
  counts(): TokenCounts;
}

export function folding<Chunk extends StreamChunk>(
  { fold, saysSomething, model }: FoldingOptions<Chunk>,
): Folding {
  const hear = () => chunkReader(fold.chunk, saysSomething);
  let answer = hear();

  return {
    open: () => "",
    answering: () => answer.phase() === "answer",
    push(bytes) {
      answer.push(bytes);
      return "";
    },
    ended: () => answer.ended(),
    end() {
      if (!fold.finished()) throw upstreamCutOff();
      return JSON.stringify(fold.result(model));
    },
    restart() {
      if (answer.phase() === "answer" || fold.finished()) return false;
      answer = hear();
      return true;
    },
    fail: (error) => JSON.stringify(openAiErrorBody(error)),
    beat: () => "",
    counts: fold.counts,
  };
}
