/** What the log and the account tell of an answer's tokens. */
import type { TokenCounts } from "../protocol/chat.ts";
import type { RequestFacts } from "./scope.ts";

/** Usage counts every choice, but comes only where it was asked for; timings come always. */
export function tokenFacts({ usage, timings }: TokenCounts): RequestFacts {
  if (usage !== undefined) {
    const cached = usage.prompt_tokens_details?.cached_tokens ?? timings?.cache_n;
    return {
      input_tokens: usage.prompt_tokens,
      ...(cached !== undefined && { cached_tokens: cached }),
      output_tokens: usage.completion_tokens,
    };
  }
  if (timings === undefined) return {};
  const { prompt_n, cache_n, predicted_n } = timings;
  return {
    input_tokens: prompt_n + cache_n,
    cached_tokens: cache_n,
    output_tokens: predicted_n,
  };
}
