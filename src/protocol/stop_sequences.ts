/**
 * Stop sequences in the text of an answer. llama-server has its own (`stop`), but a chat stream does
 * not say which one it met, or whether it met any, and they would end thoughts and calls too. Pure.
 */
import type { ChatChoice, ChatChunk } from "./chat.ts";

export interface StopWatch {
  /** The chunk as it is to be told: text that may begin a sequence comes later, or never. */
  chunk(chunk: ChatChunk): ChatChunk;
  /** The sequence that has ended the answer. */
  matched(): string | null;
  /** Another answer takes the place of the one so far. */
  restart(): void;
}

/** @param sequences none of them empty */
export function stopWatch(sequences: readonly string[]): StopWatch {
  let held = "";
  let matched: string | null = null;

  function hear(choice: ChatChoice, chunk: ChatChunk): ChatChunk {
    const { delta = {}, finish_reason } = choice;
    const text = held + (delta.content ?? "");
    const found = firstOf(sequences, text);
    if (found !== null) {
      matched = found.sequence;
      const said = { ...delta, content: text.slice(0, found.at) };
      return { ...chunk, ...countsSoFar(chunk), choices: [{ ...choice, delta: said, ...STOPPED }] };
    }
    const keep = finish_reason == null ? beginnings(sequences, text) : 0;
    held = text.slice(text.length - keep);
    const content = text.slice(0, text.length - keep);
    return { ...chunk, choices: [{ ...choice, delta: { ...delta, content } }] };
  }

  return {
    chunk(chunk) {
      if (matched !== null) return {};
      const choice = chunk.choices?.[0];
      return choice === undefined ? chunk : hear(choice, chunk);
    },
    matched: () => matched,
    restart() {
      held = "";
      matched = null;
    },
  };
}

const STOPPED = { finish_reason: "stop" };

function firstOf(sequences: readonly string[], text: string) {
  let first: { at: number; sequence: string } | null = null;
  for (const sequence of sequences) {
    const at = text.indexOf(sequence);
    if (at >= 0 && (first === null || at < first.at)) first = { at, sequence };
  }
  return first;
}

/** How much of the text's end may be the beginning of a sequence. */
function beginnings(sequences: readonly string[], text: string): number {
  let most = 0;
  for (const sequence of sequences) {
    for (let length = Math.min(sequence.length - 1, text.length); length > most; length--) {
      if (text.endsWith(sequence.slice(0, length))) most = length;
    }
  }
  return most;
}

/** Nobody hears llama-server's last counts, so those of the moment are the last. */
function countsSoFar({ timings }: ChatChunk): Pick<ChatChunk, "usage"> {
  if (timings === undefined) return {};
  const { cache_n, prompt_n, predicted_n } = timings;
  return { usage: { prompt_tokens: cache_n + prompt_n, completion_tokens: predicted_n } };
}
