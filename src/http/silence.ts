/** Answers that need no llama-server, in its own form. */
import type { ChatChunk } from "../protocol/chat.ts";

/**
 * What an upstream would say that has nothing to do: the answer to an empty input, by which LM
 * Studio's clients, Codex among them, only warm a model up.
 */
export function nothing(): Promise<ReadableStream<Uint8Array>> {
  return silence({ usage: NO_TOKENS });
}

const NO_TOKENS = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** An answer that is known beforehand. */
export function said(text: string): Promise<ReadableStream<Uint8Array>> {
  const choices = [{ index: 0, delta: { content: text }, finish_reason: "stop" }];
  return stream({ choices, usage: NO_TOKENS });
}

/** An answer that says nothing; also in place of a second attempt that could not be made. */
export function silence(counts: Pick<ChatChunk, "usage">): Promise<ReadableStream<Uint8Array>> {
  const choices = [{ index: 0, delta: {}, finish_reason: "stop" }];
  return stream({ choices, ...counts });
}

function stream(chunk: ChatChunk): Promise<ReadableStream<Uint8Array>> {
  return Promise.resolve(new Blob([`data: ${JSON.stringify(chunk)}\n\n${DONE}`]).stream());
}

const DONE = "data: [DONE]\n\n";
