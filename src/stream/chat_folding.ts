/**
 * A chat completion for a client that wants no stream: asked upstream as a stream, so that a client
 * that leaves is noticed at once, and folded.
 */
import { chatFold } from "../protocol/chat_fold.ts";
import { openAiErrorBody } from "../protocol/error.ts";
import { upstreamCutOff } from "../protocol/llama_error.ts";
import { answerReader } from "./answer_reader.ts";
import type { ChatCounts } from "./chat_relay.ts";
import type { Conversion } from "./transfer.ts";

export interface ChatFolding extends Conversion {
  counts(): ChatCounts;
}

/** @param model the public name that the completion carries */
export function chatFolding(model: string): ChatFolding {
  const fold = chatFold();
  const answer = answerReader(fold.chunk);

  return {
    open: () => "",
    answering: () => answer.phase() === "answer",
    push(bytes) {
      answer.push(bytes);
      return "";
    },
    ended: answer.ended,
    end() {
      if (!fold.finished()) throw upstreamCutOff();
      return JSON.stringify(fold.result(model));
    },
    fail: (error) => JSON.stringify(openAiErrorBody(error)),
    beat: () => "",
    counts: () => fold.result(model),
  };
}
