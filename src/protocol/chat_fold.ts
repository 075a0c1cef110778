/**
 * A streamed chat completion folded into the object that `stream: false` asks for. Pure.
 */
import type {
  ChatChunk,
  ChatLogprob,
  ChatTimings,
  ChatToolCall,
  ChatToolCallDelta,
  ChatUsage,
  TokenCounts,
} from "./chat.ts";

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

/** A choice that is still being told, with its calls by index. */
type OpenChoice = FoldedChoice & { calls: Map<number, ChatToolCall> };

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
  /** Whether every choice has said why it ended. */
  finished(): boolean;
  /** The completion under the model's public name. */
  result(model: string): ChatCompletion;
  counts(): TokenCounts;
}

/** @param n choices that were asked for; an answer that has fewer is half of one */
export function chatFold(n: number): ChatFold {
  const choices = new Map<number, OpenChoice>();
  let head: ChatChunk | null = null;
  let usage: ChatUsage | undefined;
  let timings: ChatTimings | undefined;

  function choiceAt(index: number): OpenChoice {
    let choice = choices.get(index);
    if (choice === undefined) {
      choice = {
        index,
        message: { role: "assistant", content: null },
        finish_reason: null,
        calls: new Map(),
      };
      choices.set(index, choice);
    }
    return choice;
  }

  const counts = () => ({ ...(usage && { usage }), ...(timings && { timings }) });

  return {
    chunk(chunk) {
      head ??= chunk;
      for (const { index, delta = {}, finish_reason, logprobs } of chunk.choices ?? []) {
        const choice = choiceAt(index);
        const { message } = choice;
        if (delta.content) message.content = (message.content ?? "") + delta.content;
        if (delta.reasoning_content) {
          message.reasoning_content = (message.reasoning_content ?? "") + delta.reasoning_content;
        }
        for (const part of delta.tool_calls ?? []) {
          addFragment(choice.calls, part);
        }
        if (logprobs?.content) {
          (choice.logprobs ??= { content: [] }).content.push(...logprobs.content);
        }
        if (finish_reason != null) choice.finish_reason = finish_reason;
      }
      if (chunk.usage) usage = usage === undefined ? chunk.usage : addUsage(usage, chunk.usage);
      if (chunk.timings) timings = chunk.timings;
    },
    finished: () =>
      choices.size >= n && [...choices.values()].every((choice) => choice.finish_reason !== null),
    result: (model) => ({
      id: head?.id ?? "",
      object: "chat.completion",
      created: head?.created ?? 0,
      model,
      ...(head?.system_fingerprint !== undefined &&
        { system_fingerprint: head.system_fingerprint }),
      choices: [...choices.values()].sort((a, b) => a.index - b.index).map(finishedChoice),
      ...counts(),
    }),
    counts,
  };
}

/** Fragments without an index belong to the call that came last. */
function addFragment(calls: Map<number, ChatToolCall>, part: ChatToolCallDelta): void {
  const index = part.index ?? [...calls.keys()].at(-1) ?? 0;
  let call = calls.get(index);
  if (call === undefined) {
    call = { id: "", type: "function", function: { name: "", arguments: "" } };
    calls.set(index, call);
  }
  call.id ||= part.id ?? "";
  call.function.name ||= part.function?.name ?? "";
  call.function.arguments += part.function?.arguments ?? "";
}

/** A choice that said nothing has empty text, as llama-server's own answer has. */
function finishedChoice({ calls, message, ...choice }: OpenChoice): FoldedChoice {
  const content = message.content ?? (calls.size === 0 ? "" : null);
  const tool_calls = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  return {
    ...choice,
    message: { ...message, content, ...(calls.size > 0 && { tool_calls }) },
  };
}

/** With `n` > 1 each choice brings its own counts; the prompt was read once. */
function addUsage(a: ChatUsage, b: ChatUsage): ChatUsage {
  return {
    ...a,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    total_tokens: a.prompt_tokens + a.completion_tokens + b.completion_tokens,
  };
}
