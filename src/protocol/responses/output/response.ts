/**
 * The Response object: all 31 fields of Open Responses 2026-04-24, which OpenAI's SDK reads too.
 */
import type { SamplingDefaults } from "../../chat.ts";
import { isRecord } from "../../record.ts";
import type { OutputItem } from "./item_types.ts";
import type { ResponseUsage } from "./usage.ts";

export type ResponseStatus =
  | "queued"
  | "in_progress"
  | "completed"
  | "incomplete"
  | "failed"
  | "cancelled";

export interface ResponseObject {
  id: string;
  object: "response";
  created_at: number;
  completed_at: number | null;
  status: ResponseStatus;
  incomplete_details: { reason: string } | null;
  model: string;
  previous_response_id: string | null;
  /** Only where the request names one. */
  conversation?: { id: string };
  instructions: string | null;
  output: OutputItem[];
  error: { code: string; message: string } | null;
  tools: unknown[];
  tool_choice: unknown;
  truncation: string;
  parallel_tool_calls: boolean;
  text: unknown;
  top_p: number;
  presence_penalty: number;
  frequency_penalty: number;
  top_logprobs: number;
  temperature: number;
  reasoning: unknown;
  usage: ResponseUsage | null;
  max_output_tokens: number | null;
  max_tool_calls: number | null;
  store: boolean;
  background: boolean;
  service_tier: string;
  metadata: Record<string, unknown>;
  safety_identifier: string | null;
  prompt_cache_key: string | null;
}

/** The request's fields that a response repeats. Null and absent mean the same. */
export interface EchoedRequest {
  instructions?: string | null | undefined;
  tools?: readonly unknown[] | null | undefined;
  tool_choice?: unknown;
  truncation?: string | null | undefined;
  parallel_tool_calls?: boolean | null | undefined;
  text?: unknown;
  top_p?: number | null | undefined;
  presence_penalty?: number | null | undefined;
  frequency_penalty?: number | null | undefined;
  top_logprobs?: number | null | undefined;
  temperature?: number | null | undefined;
  reasoning?: unknown;
  max_output_tokens?: number | null | undefined;
  max_tool_calls?: number | null | undefined;
  service_tier?: string | null | undefined;
  metadata?: Record<string, unknown> | null | undefined;
  safety_identifier?: string | null | undefined;
  prompt_cache_key?: string | null | undefined;
}

/** What the request does not say of its response. */
export interface ResponseHead {
  id: string;
  model: string;
  /** Seconds since 1970. */
  createdAt: number;
  sampling: SamplingDefaults;
  store?: boolean;
  background?: boolean;
  previousId?: string | null;
  conversationId?: string | null;
}

/**
 * The response as it stands before the model has said anything.
 *
 * @param createdAt seconds since 1970
 */
export function newResponse(
  request: EchoedRequest,
  head: ResponseHead,
): ResponseObject {
  const { id, model, createdAt, sampling, store = false, background = false } = head;
  const { previousId = null, conversationId = null } = head;
  return {
    id,
    object: "response",
    created_at: createdAt,
    completed_at: null,
    status: "in_progress",
    incomplete_details: null,
    model,
    previous_response_id: previousId,
    ...(conversationId !== null && { conversation: { id: conversationId } }),
    instructions: request.instructions ?? null,
    output: [],
    error: null,
    tools: (request.tools ?? []).map(echoedTool),
    tool_choice: request.tool_choice ?? "auto",
    truncation: request.truncation ?? "disabled",
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    text: echoedText(request.text),
    top_p: request.top_p ?? sampling.topP,
    presence_penalty: request.presence_penalty ?? sampling.presencePenalty,
    frequency_penalty: request.frequency_penalty ?? sampling.frequencyPenalty,
    top_logprobs: request.top_logprobs ?? 0,
    temperature: request.temperature ?? sampling.temperature,
    reasoning: echoedReasoning(request.reasoning),
    usage: null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    store,
    background,
    service_tier: request.service_tier ?? "default",
    metadata: request.metadata ?? {},
    safety_identifier: request.safety_identifier ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
  };
}

/** Open Responses wants four fields on every echoed function, null where the client said nothing. */
function echoedTool(tool: unknown): unknown {
  if (!isRecord(tool) || tool.type !== "function") return tool;
  return { description: null, parameters: null, strict: null, ...tool };
}

function echoedText(text: unknown): unknown {
  const given = isRecord(text) ? text : {};
  return { ...given, format: given.format ?? { type: "text" } };
}

function echoedReasoning(reasoning: unknown): unknown {
  return { effort: null, summary: null, ...(isRecord(reasoning) ? reasoning : {}) };
}
