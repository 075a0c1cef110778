/** Payloads of a streamed chat completion, shaped and ordered as llama-server 0.7.0 sends them. */
import type { RecordedRequest } from "./request.ts";

/** A tool call; arguments as text go out as they are, also when they are no JSON. */
export interface CallSpec {
  name: string;
  arguments: unknown;
  /** Defaults to 32 characters that differ by request and call. */
  id?: string;
}

/** Token counts of an answer. */
export interface UsageSpec {
  prompt?: number;
  completion?: number;
  cached?: number;
}

/** How far the prompt was read, in tokens and milliseconds; `processed` counts the cached ones. */
export interface ProgressSpec {
  total: number;
  cache: number;
  processed: number;
  time_ms: number;
}

type Payload = Record<string, unknown>;

/** A payload with one delta. */
export function deltaChunk(request: RecordedRequest, delta: Payload): Payload {
  return envelope(request, [{ finish_reason: null, index: 0, delta }]);
}

/** The payloads with the role: one for each progress when the request asks for it, then a plain one. */
export function openingChunks(
  request: RecordedRequest,
  progress: readonly ProgressSpec[],
): Payload[] {
  const role = deltaChunk(request, { role: "assistant", content: null });
  const asked = request.body["return_progress"] === true ? progress : [];
  const withProgress = asked.map((p) => ({
    ...role,
    timings: timings({ prompt: p.processed, cached: p.cache, completion: 0 }),
    prompt_progress: p,
  }));
  return [...withProgress, role];
}

/** Deltas of one field; an array gives the pieces, of a text every word is one. */
export function textChunks(
  request: RecordedRequest,
  field: "content" | "reasoning_content",
  text: string | readonly string[],
): Payload[] {
  const pieces = typeof text === "string" ? text.match(/\s*\S+|\s+$/g) ?? [] : text;
  return pieces.map((piece) => deltaChunk(request, { [field]: piece }));
}

/** The deltas of tool calls: id, name and the first character, then the arguments in pieces. */
export function callChunks(request: RecordedRequest, calls: readonly CallSpec[]): Payload[] {
  return calls.flatMap((call, index) => {
    const json = typeof call.arguments === "string"
      ? call.arguments
      : JSON.stringify(call.arguments);
    const [first = "", ...rest] = json.match(/^./su)
      ? [json[0] ?? "", ...words(json.slice(1))]
      : [];
    const id = call.id ?? `call${pad(request.number, 14)}${pad(index, 14)}`;
    const opening = {
      index,
      id,
      type: "function",
      function: { name: call.name, arguments: first },
    };
    const pieces = rest.map((piece) => ({ index, function: { arguments: piece } }));
    return [opening, ...pieces].map((part) => deltaChunk(request, { tool_calls: [part] }));
  });
}

/** The payloads that end an answer: the reason, and usage with timings where it was asked for. */
export function endingChunks(
  request: RecordedRequest,
  finish: string,
  usage: Required<UsageSpec>,
): Payload[] {
  const last = envelope(request, [{ finish_reason: finish, index: 0, delta: {} }]);
  const options = request.body["stream_options"];
  const asked = typeof options === "object" && options !== null &&
    "include_usage" in options && options.include_usage === true;
  if (!asked) return [{ ...last, timings: timings(usage) }];
  const counts = {
    completion_tokens: usage.completion,
    prompt_tokens: usage.prompt,
    total_tokens: usage.prompt + usage.completion,
    prompt_tokens_details: { cached_tokens: usage.cached },
  };
  return [last, { ...envelope(request, []), usage: counts, timings: timings(usage) }];
}

function envelope(request: RecordedRequest, choices: Payload[]): Payload {
  return {
    choices,
    created: 1767225600,
    id: `chatcmpl-${pad(request.number, 32)}`,
    model: request.model,
    system_fingerprint: "fake-1",
    object: "chat.completion.chunk",
  };
}

/** Timings of a machine that reads 10 tokens and writes 1 token in a millisecond. */
function timings({ prompt, cached, completion }: Required<UsageSpec>): Payload {
  const read = prompt - cached;
  return {
    cache_n: cached,
    prompt_n: read,
    prompt_ms: read / 10,
    prompt_per_token_ms: 0.1,
    prompt_per_second: 10000,
    predicted_n: completion,
    predicted_ms: completion,
    predicted_per_token_ms: 1,
    predicted_per_second: 1000,
  };
}

/** Pieces like tokens: words, runs of blanks, single other characters. */
function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
