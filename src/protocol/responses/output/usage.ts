/**
 * What a response cost, in OpenAI's words.
 */
import type { ChatChunk, ChatTimings, ChatUsage } from "../../chat.ts";

/** Token counts. */
export interface ResponseUsage {
  input_tokens: number;
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  output_tokens: number;
  output_tokens_details: { reasoning_tokens: number };
  total_tokens: number;
}

/** Counts over all passes of the upstream for one answer. */
export interface UsageCounter {
  /** The model has thought for one more delta. */
  thought(): void;
  /** Takes the counts that a chunk may carry. */
  chunk(chunk: ChatChunk): void;
  /** Counts so far; null before the upstream gave any. */
  total(): ResponseUsage | null;
}

export function usageCounter(): UsageCounter {
  let total: ResponseUsage | null = null;
  let reasoningDeltas = 0;
  return {
    thought: () => void reasoningDeltas++,
    chunk({ usage, timings }) {
      if (!usage) return;
      total = addPass(total, toUsage(usage, timings, reasoningDeltas));
      reasoningDeltas = 0;
    },
    total: () => total,
  };
}

/** The counts of an answer that is left before its end, whose last ones nobody hears. */
export function countsSoFar({ timings }: ChatChunk): ChatChunk {
  if (timings === undefined) return {};
  const { cache_n, prompt_n, predicted_n } = timings;
  const usage = { prompt_tokens: cache_n + prompt_n, completion_tokens: predicted_n };
  return { usage, timings };
}

/**
 * llama-server's counts in OpenAI's words. It does not count reasoning tokens: Chaski counts the
 * deltas, of which each is one token (two only where a character needs several).
 */
function toUsage(
  usage: ChatUsage,
  timings: ChatTimings | undefined,
  reasoningDeltas: number,
): ResponseUsage {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: {
      cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? timings?.cache_n ?? 0,
      cache_write_tokens: 0,
    },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: Math.min(reasoningDeltas, usage.completion_tokens) },
    total_tokens: usage.total_tokens ?? usage.prompt_tokens + usage.completion_tokens,
  };
}

/**
 * Counts of a further pass for the same answer: what was written adds up, but the prompt is that of
 * the last pass, because clients compact by it.
 */
function addPass(before: ResponseUsage | null, pass: ResponseUsage): ResponseUsage {
  if (before === null) return pass;
  const output_tokens = before.output_tokens + pass.output_tokens;
  return {
    ...pass,
    output_tokens,
    output_tokens_details: {
      reasoning_tokens: before.output_tokens_details.reasoning_tokens +
        pass.output_tokens_details.reasoning_tokens,
    },
    total_tokens: pass.input_tokens + output_tokens,
  };
}
