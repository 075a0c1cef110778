/** llama-server's log probabilities as Open Responses spells them. Pure. */
import type { ChatLogprob } from "../../chat.ts";
import type { TokenLogprob } from "./item_types.ts";

/** For the many deltas that carry none; nobody writes to it. */
export const NO_LOGPROBS: TokenLogprob[] = [];

/** A token without bytes (a control token) gets none. */
export function toLogprobs(content: ChatLogprob[] | null | undefined): TokenLogprob[] {
  return (content ?? []).map(({ token, logprob, bytes, top_logprobs }) => ({
    token,
    logprob,
    bytes: bytes ?? [],
    top_logprobs: (top_logprobs ?? []).map((top) => ({ ...top, bytes: top.bytes ?? [] })),
  }));
}
