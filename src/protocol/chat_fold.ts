/**
 * A streamed chat completion folded into the object that `stream: false` asks for. Pure.
 */
import type { ChatChunk, ChatLogprob, ChatTimings, ChatToolCall, ChatUsage } from "./chat.ts";

interface FoldedChoice {
  index: number;
  message: {
    role: "assistant";
    content: string | null;
    reasoning_content?: string;
    tool_calls?: ChatToolCall[];
  };
  logprobs?: { content: ChatLogprob[] };
  finish_reason: string | null;
}

/** The answer of `POST /v1/chat/completions` without streaming. */
export interface ChatCompletion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  system_fingerprint?: string;
  choices: FoldedChoice[];
  usage?: ChatUsage;
  timings?: ChatTimings;
}

export interface ChatFold {
  chunk(chunk: ChatChunk): void;
  /** Whether every choice so far says why it ended. */
  finished(): boolean;
  /** The completion under the model's public name. */
  result(model: string): ChatCompletion;
}

export function chatFold(): ChatFold {
  const choices = new Map<number, FoldedChoice>();
  let head: ChatChunk | null = null;
  let usage: ChatUsage | undefined;
  let timings: ChatTimings | undefined;

  function choiceAt(index: number): FoldedChoice {
    let choice = choices.get(index);
    if (choice === undefined) {
      choice = { index, message: { role: "assistant", content: null }, finish_reason: null };
      choices.set(index, choice);
    }
    return choice;
  }

  return {
    chunk(chunk) {
      head ??= chunk;
      for (const { index, delta, finish_reason, logprobs } of chunk.choices ?? []) {
        const choice = choiceAt(index);
        const { message } = choice;
        if (delta.content) message.content = (message.content ?? "") + delta.content;
        if (delta.reasoning_content) {
          message.reasoning_content = (message.reasoning_content ?? "") + delta.reasoning_content;
        }
        for (const part of delta.tool_calls ?? []) {
          const calls = message.tool_calls ??= [];
          const at = part.index ?? Math.max(0, calls.length - 1);
          const call = calls[at] ??= {
            id: "",
            type: "function",
            function: { name: "", arguments: "" },
          };
          call.id ||= part.id ?? "";
          call.function.name ||= part.function?.name ?? "";
          call.function.arguments += part.function?.arguments ?? "";
        }
        if (logprobs?.content) {
          (choice.logprobs ??= { content: [] }).content.push(...logprobs.content);
        }
        if (finish_reason !== null) choice.finish_reason = finish_reason;
      }
      if (chunk.usage) usage = usage === undefined ? chunk.usage : addUsage(usage, chunk.usage);
      if (chunk.timings) timings = chunk.timings;
    },
    finished: () =>
      choices.size > 0 && [...choices.values()].every((choice) => choice.finish_reason !== null),
    result: (model) => ({
      id: head?.id ?? "",
      object: "chat.completion",
      created: head?.created ?? 0,
      model,
      ...(head?.system_fingerprint !== undefined &&
        { system_fingerprint: head.system_fingerprint }),
      choices: [...choices.values()].sort((a, b) => a.index - b.index).map(finishedChoice),
      ...(usage && { usage }),
      ...(timings && { timings }),
    }),
  };
}

/** A choice that said nothing has empty text, as llama-server's own answer has. */
function finishedChoice(choice: FoldedChoice): FoldedChoice {
  const { message } = choice;
  const content = message.content ?? (message.tool_calls === undefined ? "" : null);
  return {
    ...choice,
    message: {
      ...message,
      content,
      // Indexes may have gaps when an upstream numbers calls oddly.
      ...(message.tool_calls && { tool_calls: message.tool_calls.filter(Boolean) }),
    },
  };
}

/** With `n` > 1 each choice brings its own counts; the prompt was read once. */
function addUsage(a: ChatUsage, b: ChatUsage): ChatUsage {
  return {
    ...a,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    total_tokens: a.total_tokens + b.completion_tokens,
  };
}
