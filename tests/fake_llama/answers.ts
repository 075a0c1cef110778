/** Ready-made chat answers: well-formed streams, and the parts that they are put together from. */
import {
  callChunks,
  type CallSpec,
  deltaChunk,
  endingChunks,
  openingChunks,
  type ProgressSpec,
  textChunks,
  type UsageSpec,
} from "./chunks.ts";
import { type Script, sse } from "./script.ts";

/** What an answer says, in the order reasoning, text, calls. */
export interface AnswerSpec {
  /** An array gives the deltas; of a text every word is one. */
  reasoning?: string | readonly string[];
  /** An array gives the deltas; of a text every word is one. */
  text?: string | readonly string[];
  calls?: readonly CallSpec[];
  /** Defaults to `tool_calls` with calls, else `stop`; null leaves the stream open: no end, no `[DONE]`. */
  finish?: "stop" | "length" | "tool_calls" | null;
  /** Defaults to 11 prompt tokens, none cached, and one completion token for each delta. */
  usage?: UsageSpec;
  /** Sent when the request has `return_progress`; defaults to the prompt's begin and end. */
  progress?: readonly ProgressSpec[];
}

/** A stream of this text, one delta for each word. */
export function text(words: string | readonly string[]): Script {
  return stream({ text: words });
}

/** A stream of one tool call; arguments as text go out as they are. */
export function toolCall(name: string, args: unknown): Script {
  return toolCalls([{ name, arguments: args }]);
}

/** A stream of several tool calls, one after the other. */
export function toolCalls(calls: readonly CallSpec[]): Script {
  return stream({ calls });
}

/** A whole stream; with `finish: null` one that goes on with the script's next steps. */
export function stream(spec: AnswerSpec): Script {
  return (request) => {
    const deltas = [
      ...textChunks(request, "reasoning_content", spec.reasoning ?? []),
      ...textChunks(request, "content", spec.text ?? []),
      ...callChunks(request, spec.calls ?? []),
    ];
    const usage = { completion: Math.max(1, deltas.length), ...spec.usage };
    const finish = spec.finish === undefined
      ? (spec.calls?.length ? "tool_calls" : "stop")
      : spec.finish;
    return [
      opening(spec.progress, usage),
      deltas.map(sse.chunk),
      finish === null ? [] : ending(finish, usage),
    ];
  };
}

/** Head and role of a stream: what llama-server sends before the first token. */
export function opening(progress?: readonly ProgressSpec[], usage: UsageSpec = {}): Script {
  const { prompt, cached } = complete(usage);
  const whole = [cached, prompt].map((processed) => ({
    total: prompt,
    cache: cached,
    processed,
    time_ms: (processed - cached) / 10,
  }));
  return (request) => [
    sse.head(),
    openingChunks(request, progress ?? whole).map(sse.chunk),
  ];
}

/** One delta, for example `{ content: " word" }`. */
export function delta(fields: Record<string, unknown>): Script {
  return (request) => sse.chunk(deltaChunk(request, fields));
}

/** Reason, usage where the request asked for it, and `[DONE]`. */
export function ending(finish = "stop", usage: UsageSpec = {}): Script {
  return (request) => [
    endingChunks(request, finish, complete(usage)).map(sse.chunk),
    sse.done(),
  ];
}

function complete(usage: UsageSpec): Required<UsageSpec> {
  return { prompt: 11, completion: 1, cached: 0, ...usage };
}
