/** Compaction inside a turn (`context_management`): first a summary, and behind it the answer. */
import { ApiError } from "../protocol/error.ts";
import type { Item } from "../protocol/responses/history/items.ts";
import type { CompactionItem } from "../protocol/responses/output/item_types.ts";
import { replacementOf, showsImage } from "../protocol/responses/replacement.ts";
import type { Translation } from "../protocol/responses/request.ts";
import type { SummaryPass } from "../stream/responses_conversion.ts";
import type { Source } from "../stream/transfer.ts";
import type { Lease } from "../upstream/serving.ts";
import { type Ask, asking, isTooLong, truncating } from "./asking.ts";
import type { Services } from "./context.ts";
import { newId } from "./ids.ts";
import { askSummary, roomIn, type Summable } from "./summary_asking.ts";
import { countTokens } from "./token_count.ts";

/** A turn that may begin with a summary. */
export interface Compactable extends Summable {
  /** Tokens from which on it does; null for never. */
  threshold: number | null;
  translation: Translation;
  /** The conversation, as far as llama-server's caches are concerned. */
  cacheThread: string | null;
  /** Whether the oldest goes where a prompt is too long. */
  truncates: boolean;
  /** Everything that was said, earlier turns included. */
  said: readonly Item[];
}

/** What a turn asks of llama-server. */
export interface TurnAsking {
  /** Asks for anything. */
  ask: Ask;
  /** Asks for the answer, or for a summary where the conversation is long. */
  send(signal: AbortSignal): Source;
  /** The summary that is being written; null where there is none. */
  summary(): SummaryPass | null;
  /** What the answer is asked by; behind a summary it is what that has left. */
  translation(): Translation;
}

/**
 * Makes what asks. A summary that cannot be had changes nothing: the answer is asked for as if none
 * had been wanted, which is right for as long as the prompt fits, and llama-server says it if not.
 */
export function compacting(services: Services, turn: Compactable, lease: Lease): TurnAsking {
  const { scope } = turn;
  const asks = asking(lease, turn.cacheThread);
  const ask = turn.truncates ? truncating(asks, scope) : asks;
  let { translation } = turn;
  let pass: SummaryPass | null = null;
  const answer = (signal: AbortSignal) => ask(signal, translation.chat);

  async function summarise({ most, tokens }: Due, signal: AbortSignal) {
    const { body, reader } = await askSummary(turn, { lease, asks, tokens, most }, signal);
    const end = (failed: boolean) => {
      pass = null;
      const summary = failed || reader.cut() !== null ? "" : reader.text();
      const item = summary === "" ? null : sealed(services, turn, { summary, most });
      scope.tell({ compaction: item !== null ? "done" : failed ? "failed" : "no_summary" });
      if (item !== null) translation = turn.translate({ ...item });
      return { item, again: () => answer(signal) };
    };
    pass = { ...reader, end };
    return body;
  }

  return {
    ask,
    translation: () => translation,
    summary: () => pass,
    async send(signal) {
      const due = await dueOf(services, turn, lease, signal);
      if (due === null) return answer(signal);
      try {
        return await summarise(due, signal);
      } catch (cause) {
        if (signal.aborted || !(cause instanceof ApiError)) throw cause;
        scope.tell({ compaction: isTooLong(cause) ? "too_long" : "failed" });
        return answer(signal);
      }
    },
  };
}

/** A compaction that is due. */
interface Due {
  /** Tokens that are not too many. */
  most: number;
  /** Tokens that the prompt has. */
  tokens: number;
}

async function dueOf(
  services: Services,
  { threshold, translation: { chat }, said, scope }: Compactable,
  lease: Lease,
  signal: AbortSignal,
): Promise<Due | null> {
  if (threshold === null) return null;
  let tokens: number;
  try {
    tokens = await countTokens(lease, chat, signal);
  } catch (cause) {
    // A llama-server that cannot count can still answer, or says what is wrong with the prompt.
    if (!(cause instanceof ApiError)) throw cause;
    scope.tell({ compaction: "not_counted" });
    return null;
  }
  if (tokens <= threshold) return null;
  const { context, vision } = lease.model;
  const isFull = context !== null && tokens + roomIn(context) > context;
  // A replacement is text, so the image would be lost before it was ever answered.
  if (isFull || !vision || !showsImage(said, services.seal.unseal)) {
    return { most: threshold, tokens };
  }
  scope.tell({ compaction: "image" });
  return null;
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
