/**
 * Chat Completions as llama-server speaks it: the one inner language of Chaski
 * (observed on llama.cpp 0.7.0). Other protocols are translated to it and back.
 */

/** A part of a message's content; llama-server refuses every other `type` with 400. */
export type ChatPart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string; detail?: string } };

/** A tool call inside an assistant message. `arguments` must be JSON text, else llama-server fails. */
export interface ChatToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export type ChatMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string | ChatPart[] }
  | {
    role: "assistant";
    content: string | null;
    reasoning_content?: string;
    tool_calls?: ChatToolCall[];
  }
  | { role: "tool"; tool_call_id: string; content: string | ChatPart[] };

/** A function offered to the model; `parameters` keeps the client's bytes and key order. */
export interface ChatTool {
  type: "function";
  function: { name: string; description?: string; parameters?: unknown; strict?: boolean };
}

export type ChatToolChoice =
  | "auto"
  | "none"
  | "required"
  | { type: "function"; function: { name: string } };

export type ChatResponseFormat =
  | { type: "json_object" }
  | { type: "json_schema"; json_schema: { name?: string; schema: unknown; strict?: boolean } };

/** The fields that Chaski itself sets. What the client left out stays out: sampling is llama-server's. */
export interface ChatRequest {
  model?: string;
  messages: ChatMessage[];
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
  response_format?: ChatResponseFormat;
  temperature?: number;
  top_p?: number;
  presence_penalty?: number;
  frequency_penalty?: number;
  top_k?: number;
  max_tokens?: number;
  logprobs?: boolean;
  top_logprobs?: number;
  reasoning_effort?: string;
  chat_template_kwargs?: Record<string, unknown>;
  /** llama-server ends a thought after as many. */
  thinking_budget_tokens?: number;
  /** Every chunk carries the counts so far. */
  timings_per_token?: boolean;
}

/** One token's log probability as llama-server reports it. */
export interface ChatLogprob {
  token: string;
  logprob: number;
  bytes: number[] | null;
  top_logprobs?: { token: string; logprob: number; bytes: number[] | null }[];
}

/** A fragment of a tool call; `id` and `function.name` come with the first one only. */
export interface ChatToolCallDelta {
  index?: number;
  id?: string;
  type?: "function";
  function?: { name?: string; arguments?: string };
}

export interface ChatDelta {
  role?: string;
  content?: string | null;
  reasoning_content?: string | null;
  refusal?: string | null;
  tool_calls?: ChatToolCallDelta[];
}

export interface ChatChoice {
  index: number;
  delta?: ChatDelta;
  finish_reason: string | null;
  logprobs?: { content?: ChatLogprob[] | null } | null;
}

export interface ChatUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number };
}

/** llama-server's own count of what it did; tokens and milliseconds. */
export interface ChatTimings {
  cache_n: number;
  prompt_n: number;
  prompt_ms: number;
  predicted_n: number;
  predicted_ms: number;
}

/** What llama-server tells of an answer's tokens. */
export interface TokenCounts {
  usage?: ChatUsage;
  timings?: ChatTimings;
}

/** How far the prompt has been read, in tokens; `processed` counts the cached ones. */
export interface PromptProgress {
  total: number;
  cache: number;
  processed: number;
  time_ms: number;
}

/** What every `data:` payload of llama-server may hold, whatever it streams. */
export interface StreamChunk {
  prompt_progress?: PromptProgress | null;
  error?: unknown;
}

/** One `data:` payload of a streamed chat completion. */
export interface ChatChunk extends StreamChunk {
  id?: string;
  created?: number;
  model?: string;
  system_fingerprint?: string;
  choices?: ChatChoice[];
  usage?: ChatUsage | null;
  timings?: ChatTimings;
}

/** Whether a chunk holds what the model wrote. */
export function chatSaysSomething({ choices }: ChatChunk): boolean {
  return choices?.some(({ delta }) =>
    Boolean(delta?.content || delta?.reasoning_content || delta?.tool_calls)
  ) ?? false;
}

/** What llama-server samples with when the client says nothing (from its `/props`). */
export interface SamplingDefaults {
  temperature: number;
  topP: number;
  presencePenalty: number;
  frequencyPenalty: number;
}
