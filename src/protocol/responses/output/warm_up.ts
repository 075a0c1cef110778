/** A turn of `generate: false`: its prompt is read, and what the model says behind it is nobody's. */
import type { ChatChunk } from "../../chat.ts";
import type { ResponseSteps } from "./step_machine.ts";

/** The machine made deaf for words: an answer that was cut after its first token ends as whole. */
export function unheard(steps: ResponseSteps): ResponseSteps {
  return { ...steps, chunk: (chunk) => steps.chunk(withoutWords(chunk)) };
}

function withoutWords(chunk: ChatChunk): ChatChunk {
  if (!chunk.choices) return chunk;
  const choices = chunk.choices.map(({ index, finish_reason }) => ({
    index,
    delta: {},
    finish_reason: finish_reason == null ? null : "stop",
  }));
  return { ...chunk, choices };
}
