/**
 * A chat completion for a client that wants no stream: asked upstream as a stream, so that a client
 * that leaves is noticed at once, and folded.
 */
import { chatFold } from "../protocol/chat_fold.ts";
import type { ChatCompletion } from "../protocol/chat_fold.ts";
import { llamaStreamError, upstreamCutOff } from "../protocol/llama_error.ts";
import { parseChunk } from "./chunk.ts";
import { MAX_LINE, sseScanner } from "./sse.ts";
import type { Conversion } from "./transfer.ts";

export interface ChatFolding extends Conversion {
  /** The completion so far, under the model's public name. */
  result(model: string): ChatCompletion;
}

export function chatFolding(): ChatFolding {
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
    if (chunk.error !== undefined) throw llamaStreamError(chunk.error);
    if (chunk.prompt_progress !== undefined) return;
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
    end() {
      if (!sawDone && !fold.finished()) throw upstreamCutOff();
      return "";
    },
    fail: () => "",
    beat: () => "",
    result: (model) => fold.result(model),
  };
}
