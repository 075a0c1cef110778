/**
 * The older completions of OpenAI, `POST /v1/completions`, as llama-server streams them (observed on
 * llama.cpp 0.7.0): every choice ends with counts of its own. Pure.
 */
import type { ChatLogprob, ChatTimings, ChatUsage, StreamChunk, TokenCounts } from "./chat.ts";
import type { ClientCompletion } from "./completion_request.ts";
import { upstreamGarbled } from "./llama_error.ts";

interface CompletionChoice {
  index: number;
  text: string;
  logprobs: { content: ChatLogprob[] } | null;
  finish_reason: string | null;
}

/** One `data:` payload of a streamed completion. */
export interface CompletionChunk extends StreamChunk {
  choices?: CompletionChoice[];
  usage?: ChatUsage;
  timings?: ChatTimings;
}

/** Whether a chunk holds what the model wrote. */
export function completionSaysSomething({ choices }: CompletionChunk): boolean {
  return choices?.some(({ text }) => text !== "") ?? false;
}

export interface CompletionTally {
  chunk(chunk: CompletionChunk): void;
  counts(): TokenCounts;
}

/**
 * Adds the counts of all choices up. Those of one prompt stand together, and it was read once.
 *
 * @param n choices of each prompt
 */
export function completionTally(n: number): CompletionTally {
  let usage: ChatUsage | undefined;
  let timings: ChatTimings | undefined;
  return {
    chunk(chunk) {
      if (chunk.timings) timings = chunk.timings;
      if (!chunk.usage) return;
      const index = chunk.choices?.[0]?.index ?? 0;
      usage = addUsage(usage, chunk.usage, index % n === 0);
    },
    counts: () => ({ ...(usage && { usage }), ...(timings && { timings }) }),
  };
}

function addUsage(sum: ChatUsage | undefined, more: ChatUsage, isPrompts: boolean): ChatUsage {
  const cached = isPrompts ? more.prompt_tokens_details?.cached_tokens ?? 0 : 0;
  const prompt_tokens = (sum?.prompt_tokens ?? 0) + (isPrompts ? more.prompt_tokens : 0);
  const completion_tokens = (sum?.completion_tokens ?? 0) + more.completion_tokens;
  return {
    completion_tokens,
    prompt_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: {
      cached_tokens: (sum?.prompt_tokens_details?.cached_tokens ?? 0) + cached,
    },
  };
}

/** Follows the events of a relayed stream for their counts. */
export function completionWatch(n: number) {
  const tally = completionTally(n);
  return {
    see(event: string): void {
      // Only the last chunk of a choice has it, so no other is parsed.
      if (/"usage":\s*\{/.test(event)) tally.chunk(payloadOf(event));
    },
    ended: () => false,
    counts: tally.counts,
  };
}

/** A completion as it is told without a stream. */
export interface Completion extends Omit<CompletionChunk, "choices"> {
  model: string;
  choices: CompletionChoice[];
}

/**
 * The event that tells the prompts, before the first one that tells an answer.
 *
 * @param event the first event
 * @param texts what stands before each choice, by its index
 */
export function echoEvent(event: string, texts: readonly string[]): string {
  const { usage: _, timings: __, ...first } = payloadOf<CompletionChunk>(event);
  const choices = texts.map((text, index): CompletionChoice => ({
    ...{ index, text, logprobs: null, finish_reason: null },
  }));
  return `data: ${JSON.stringify({ ...first, choices })}\n\n`;
}

/**
 * Folds a streamed completion into the object that `stream: false` asks for. An answer that has not
 * every choice is half of one.
 */
export function completionFold(
  { n, choices: wanted, echoed }: Pick<ClientCompletion, "n" | "choices" | "echoed">,
) {
  const choices = new Map<number, CompletionChoice>();
  const tally = completionTally(n);
  let last: CompletionChunk = {};
  return {
    chunk(chunk: CompletionChunk): void {
      last = chunk;
      tally.chunk(chunk);
      for (const part of chunk.choices ?? []) {
        const choice = choices.get(part.index);
        if (choice === undefined) choices.set(part.index, { ...part });
        else addPart(choice, part);
      }
    },
    finished: () =>
      choices.size >= wanted &&
      [...choices.values()].every((choice) => choice.finish_reason !== null),
    result: (model: string): Completion => ({
      ...last,
      model,
      choices: [...choices.values()].sort((a, b) => a.index - b.index)
        .map((choice) => ({ ...choice, text: (echoed?.[choice.index] ?? "") + choice.text })),
      ...tally.counts(),
    }),
    counts: tally.counts,
  };
}

function addPart(choice: CompletionChoice, { text, logprobs, finish_reason }: CompletionChoice) {
  choice.text += text;
  if (logprobs?.content) {
    (choice.logprobs ??= { content: [] }).content.push(...logprobs.content);
  }
  choice.finish_reason = finish_reason ?? choice.finish_reason;
}

/** The JSON of one event. */
export function payloadOf<Chunk>(event: string): Chunk {
  try {
    return JSON.parse(/^data:(.*)/m.exec(event)?.[1] ?? "");
  } catch {
    throw upstreamGarbled("an event holds no JSON");
  }
}
