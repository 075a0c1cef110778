/**
 * One answer of llama-server as it is heard: bytes in, chunks out, and how far it has come.
 */
import {
  type ChatChunk,
  chatSaysSomething,
  type PromptProgress,
  type StreamChunk,
} from "../protocol/chat.ts";
import { llamaStreamError, upstreamGarbled } from "../protocol/llama_error.ts";
import { MAX_LINE, sseScanner } from "./sse.ts";

/** `waiting`: nothing came; `prompt`: it is being read; `answer`: the model writes. */
export type AnswerPhase = "waiting" | "prompt" | "answer";

export interface AnswerReader {
  /** Takes what one read brought. Throws ApiError for an error in the stream, or what is no chunk. */
  push(bytes: Uint8Array): void;
  phase(): AnswerPhase;
  /** The last progress of the prompt that was told. */
  prompt(): PromptProgress | undefined;
  /** Whether `[DONE]` has come. */
  ended(): boolean;
}

/**
 * Hears a chat completion.
 *
 * @param onPrompt gets the prompt's progress
 */
export function answerReader(
  onChunk: (chunk: ChatChunk) => void,
  onPrompt?: (progress: PromptProgress) => void,
): AnswerReader {
  return chunkReader(onChunk, chatSaysSomething, onPrompt);
}

/**
 * Hears a stream of any kind.
 *
 * @param onChunk gets every chunk but those that only tell the prompt's progress
 * @param saysSomething whether a chunk holds what the model wrote
 * @param onPrompt gets that progress
 */
export function chunkReader<Chunk extends StreamChunk>(
  onChunk: (chunk: Chunk) => void,
  saysSomething: (chunk: Chunk) => boolean,
  onPrompt: (progress: PromptProgress) => void = () => {},
): AnswerReader {
  const scanner = sseScanner(MAX_LINE);
  let phase: AnswerPhase = "waiting";
  let prompt: PromptProgress | undefined;
  let ended = false;

  function onData(payload: string): void {
    if (payload === "[DONE]") {
      ended = true;
      return;
    }
    const chunk = parseChunk<Chunk>(payload);
    if (chunk.error != null) throw llamaStreamError(chunk.error);
    if (chunk.prompt_progress != null) {
      prompt = chunk.prompt_progress;
      onPrompt(prompt);
      return;
    }
    if (phase !== "answer" && saysSomething(chunk)) phase = "answer";
    onChunk(chunk);
  }

  return {
    push(bytes) {
      if (phase === "waiting") phase = "prompt";
      scanner.push(bytes, onData);
    },
    phase: () => phase,
    prompt: () => prompt,
    ended: () => ended,
  };
}

function parseChunk<Chunk>(payload: string): Chunk {
  let chunk: unknown;
  try {
    chunk = JSON.parse(payload);
  } catch {
    throw upstreamGarbled("an event holds no JSON");
  }
  if (typeof chunk !== "object" || chunk === null) {
    throw upstreamGarbled("an event holds no object");
  }
  return chunk as Chunk;
}
