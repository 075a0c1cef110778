/**
 * A chat completion for a client that wants no stream: asked upstream as a stream, so that a client
 * that leaves is noticed at once, and folded.
 */
import { chatFold } from "../protocol/chat_fold.ts";
import type { ChatCompletion } from "../protocol/chat_fold.ts";
import { openAiErrorBody } from "../protocol/error.ts";
import { llamaStreamError, upstreamCutOff } from "../protocol/llama_error.ts";
import { parseChunk } from "./chunk.ts";
import { MAX_LINE, sseScanner } from "./sse.ts";
import type { Conversion } from "./transfer.ts";

export interface ChatFolding extends Conversion {
  /** The completion so far. */
  result(): ChatCompletion;
}

/** @param model the public name that the completion carries */
export function chatFolding(model: string): ChatFolding {
  const scanner = sseScanner(MAX_LINE);
  const fold = chatFold();
  let sawDone = false;
  let answering = false;

  function onData(payload: string): void {
    if (payload === "[DONE]") {
      sawDone = true;
      return;
    }
    const chunk = parseChunk(payload);
    if (chunk.error != null) throw llamaStreamError(chunk.error);
    if (chunk.prompt_progress != null) return;
    answering = true;
    fold.chunk(chunk);
  }

  return {
    open: () => "",
    answering: () => answering,
    push(bytes) {
      scanner.push(bytes, onData);
      return "";
    },
    ended: () => sawDone,
    end() {
      if (!fold.finished()) throw upstreamCutOff();
      return JSON.stringify(fold.result(model));
    },
    fail: (error) => JSON.stringify(openAiErrorBody(error)),
    beat: () => "",
    result: () => fold.result(model),
  };
}
