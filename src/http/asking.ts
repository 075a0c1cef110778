/** How llama-server is asked for an answer. */
import type { ChatRequest } from "../protocol/chat.ts";
import { ApiError } from "../protocol/error.ts";
import { withoutOldest } from "../protocol/responses/truncation.ts";
import type { Lease } from "../upstream/serving.ts";
import type { RequestScope } from "./scope.ts";

export type Ask = (signal: AbortSignal, chat: ChatRequest) => Promise<ReadableStream<Uint8Array>>;

/**
 * Asks the upstream: always for a stream, so that a hang-up is noticed.
 *
 * @param cacheThread the conversation, as far as llama-server's caches are concerned
 */
export function asking(lease: Lease, cacheThread: string | null): Ask {
  const { llama, model, newThreadSlot } = lease;
  return async (signal, chat) => {
    const begins = chat.messages.every(({ role }) => role === "system" || role === "user");
    const others = lease.others();
    const slot = await newThreadSlot.choose({ thread: cacheThread, begins, others }, signal);
    const body = JSON.stringify({
      model: model.upstreamId,
      ...chat,
      ...(slot !== null && { id_slot: slot }),
      stream: true,
      stream_options: { include_usage: true },
      return_progress: true,
    });
    return llama.chat(body, signal);
  };
}

/** Asks again with less where a prompt is too long. */
export function truncating(ask: Ask, scope: RequestScope, shorter = withoutOldest): Ask {
  return async (signal, chat) => {
    for (let cuts = 1, left = chat;; cuts++) {
      try {
        return await ask(signal, left);
      } catch (cause) {
        const messages = isTooLong(cause) ? shorter(left.messages) : null;
        if (messages === null) throw cause;
        scope.tell({ cuts });
        left = { ...left, messages };
      }
    }
  };
}

/** Whether a request failed because its prompt is too long. */
export function isTooLong(cause: unknown): boolean {
  return cause instanceof ApiError && cause.code === "context_length_exceeded";
}
