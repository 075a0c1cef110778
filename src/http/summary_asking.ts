/** How llama-server is asked for the summary of a conversation. */
import type { ChatRequest } from "../protocol/chat.ts";
import { invalidRequest } from "../protocol/error.ts";
import type { Item } from "../protocol/responses/history/items.ts";
import type { UsageCounter } from "../protocol/responses/output/usage.ts";
import type { Translation } from "../protocol/responses/request.ts";
import { type Summary, summaryReader } from "../protocol/responses/output/summary.ts";
import { withoutOldestSteps } from "../protocol/responses/truncation.ts";
import type { Lease } from "../upstream/serving.ts";
import { healers } from "./answer_steps.ts";
import { type Ask, truncating } from "./asking.ts";
import type { RequestScope } from "./scope.ts";
import { countTokens } from "./token_count.ts";

/** The share of a slot's context that a summary has for itself at least, and the most of it. */
const ROOM = { share: 0.125, most: 2048 };
/** A summary may be half as long as what is too long, and no shorter than this. */
const LEAST_TOKENS = 1024;
/** Tokens that the request for a summary adds to the prompt, at most. */
const QUESTION = 256;

/** A conversation that can be summed up. */
export interface Summable {
  /** Translates the request with an item behind its input. */
  translate: (item: Item) => Translation;
  usage: UsageCounter;
  scope: RequestScope;
}

/** What a summary is asked with. */
interface Asking {
  lease: Lease;
  asks: Ask;
  /** Tokens that the prompt has. */
  tokens: number;
  /** Tokens that are not too many. */
  most: number;
}

/** Tokens that a prompt leaves for an answer. */
export function roomIn(context: number): number {
  return Math.min(ROOM.most, Math.floor(ROOM.share * context));
}

/**
 * Asks for a summary, of less where the prompt is too long for one.
 *
 * @throws {ApiError} where it cannot be had
 */
export async function askSummary(
  { scope, translate, usage }: Summable,
  { lease, asks, tokens, most }: Asking,
  signal: AbortSignal,
): Promise<{ body: ReadableStream<Uint8Array>; reader: Summary }> {
  const asked = translate({ type: "compaction_trigger" });
  const whole = { ...asked.chat, max_tokens: Math.max(LEAST_TOKENS, Math.floor(most / 2)) };
  const count = async (chat: ChatRequest, signal: AbortSignal) =>
    chat === whole ? tokens + QUESTION : await countTokens(lease, chat, signal);
  const { context } = lease.model;
  const ask = context === null ? asks : roomy(asks, count, context);
  const body = await truncating(ask, scope, withoutOldestSteps)(signal, whole);
  const reader = summaryReader({ healer: healers(asked, 0)(true), usage });
  return { body: endingWhereCut(body, signal), reader };
}

/** Asks only where the prompt leaves room for a summary; without that it would be cut. */
function roomy(
  ask: Ask,
  count: (chat: ChatRequest, signal: AbortSignal) => Promise<number>,
  context: number,
): Ask {
  return async (signal, chat) => {
    if (await count(chat, signal) + roomIn(context) <= context) return ask(signal, chat);
    const message = "Cannot ask for a summary: the prompt leaves no room for it.";
    throw invalidRequest(message, null, "context_length_exceeded");
  };
}

/** A body that breaks off ends, so that it is a summary without its end and fails nothing. */
function endingWhereCut(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        if (signal.aborted) controller.error(cause);
        else controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
