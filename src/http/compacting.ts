/** Compaction inside a turn (`context_management`): first a summary, and behind it the answer. */
import type { ChatRequest } from "../protocol/chat.ts";
import { ApiError, invalidRequest } from "../protocol/error.ts";
import type { Item } from "../protocol/responses/history/items.ts";
import type { CompactionItem } from "../protocol/responses/output/item_types.ts";
import { summaryReader } from "../protocol/responses/output/summary.ts";
import type { UsageCounter } from "../protocol/responses/output/usage.ts";
import { replacementOf } from "../protocol/responses/replacement.ts";
import type { Translation } from "../protocol/responses/request.ts";
import { withoutOldestSteps } from "../protocol/responses/truncation.ts";
import type { SummaryPass } from "../stream/responses_conversion.ts";
import type { Source } from "../stream/transfer.ts";
import { healers } from "./answer_steps.ts";
import { type Addressed, type Ask, isTooLong, truncating } from "./asking.ts";
import type { Services } from "./context.ts";
import { newId } from "./ids.ts";
import type { RequestScope } from "./scope.ts";
import { countTokens } from "./token_count.ts";

/** A turn that may begin with a summary. */
export interface Compactable extends Addressed {
  /** Tokens from which on it does; null for never. */
  threshold: number | null;
  translation: Translation;
  /** Everything that was said, earlier turns included. */
  said: readonly Item[];
  /** Translates the request with an item behind its input. */
  translate: (item: Item) => Translation;
  usage: UsageCounter;
  scope: RequestScope;
}

/** What a turn asks of llama-server. */
export interface TurnAsking {
  /** Asks for the answer, or for a summary where the conversation is long. */
  send(signal: AbortSignal): Source;
  /** The summary that is being written; null where there is none. */
  summary(): SummaryPass | null;
  /** What the answer is asked by; behind a summary it is what that has left. */
  translation(): Translation;
}

/** The share of a slot's context that a summary has for itself at least, and the most of it. */
const ROOM = { share: 0.125, most: 2048 };
/** A summary may be half as long as what is too long, and no shorter than this. */
const LEAST_TOKENS = 1024;

/**
 * Makes what asks. A summary that cannot be had changes nothing: the answer is asked for as if none
 * had been wanted, which is right for as long as the prompt fits, and llama-server says it if not.
 *
 * @param asks asks for the summary
 * @param ask asks for the answer
 */
export function compacting(
  services: Services,
  turn: Compactable,
  { asks, ask }: { asks: Ask; ask: Ask },
): TurnAsking {
  const { threshold, scope, model } = turn;
  let translation = turn.translation;
  let pass: SummaryPass | null = null;
  const count = (chat: ChatRequest, signal: AbortSignal) =>
    countTokens(services, { model, chat }, signal);
  const answer = (signal: AbortSignal) => ask(signal, translation.chat);

  async function isLong(most: number, signal: AbortSignal): Promise<boolean> {
    try {
      return await count(translation.chat, signal) > most;
    } catch (cause) {
      // A llama-server that cannot count can still answer, or says what is wrong with the prompt.
      if (!(cause instanceof ApiError)) throw cause;
      scope.tell({ compaction: "not_counted" });
      return false;
    }
  }

  async function summarise(most: number, signal: AbortSignal) {
    const asked = turn.translate({ type: "compaction_trigger" });
    const chat = { ...asked.chat, max_tokens: Math.max(LEAST_TOKENS, Math.floor(most / 2)) };
    const body = await truncating(roomy(asks, count, model.context), scope, withoutOldestSteps)(
      signal,
      chat,
    );
    const { usage } = turn;
    const reader = summaryReader({ healer: healers(asked, 0)(true), usage });
    pass = {
      ...reader,
      end() {
        pass = null;
        const summary = reader.cut() === null ? reader.text() : "";
        const item = summary === "" ? null : sealed(services, turn, { summary, most });
        scope.tell({ compaction: item === null ? "no_summary" : "done" });
        if (item !== null) translation = turn.translate({ ...item });
        return { item, again: () => answer(signal) };
      },
    };
    return body;
  }

  return {
    translation: () => translation,
    summary: () => pass,
    async send(signal) {
      if (threshold === null || !await isLong(threshold, signal)) return answer(signal);
      try {
        return await summarise(threshold, signal);
      } catch (cause) {
        if (!isTooLong(cause)) throw cause;
        scope.tell({ compaction: "too_long" });
        return answer(signal);
      }
    },
  };
}

/** Asks only where the prompt leaves room for a summary; without that it would be cut. */
function roomy(
  ask: Ask,
  count: (chat: ChatRequest, signal: AbortSignal) => Promise<number>,
  context: number | null,
): Ask {
  if (context === null) return ask;
  const room = Math.min(ROOM.most, Math.floor(ROOM.share * context));
  return async (signal, chat) => {
    if (await count(chat, signal) + room <= context) return ask(signal, chat);
    const message = "Cannot ask for a summary: the prompt leaves no room for it.";
    throw invalidRequest(message, null, "context_length_exceeded");
  };
}

function sealed(
  { seal }: Services,
  { said }: Compactable,
  { summary, most }: { summary: string; most: number },
): CompactionItem {
  // As many characters as tokens are too many: a quarter of them, about.
  const replacement = replacementOf(said, { summary, most, unseal: seal.unseal });
  const encrypted_content = seal.seal("replacement", JSON.stringify(replacement));
  return { type: "compaction", id: newId("cmp"), encrypted_content };
}
