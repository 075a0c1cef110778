/** A finished answer in Anthropic's words. */
import type { PromptProgress } from "../chat.ts";
import { argumentsText } from "../tool_arguments.ts";
import type { Trim } from "./parameters.ts";
import type { FunctionCallItem, OutputItem } from "../responses/output/item_types.ts";
import type { ResponseObject } from "../responses/output/response.ts";
import type { ResponseUsage } from "../responses/output/usage.ts";

/** What the telling of an answer needs to know beside it. */
export interface MessageFacts {
  /** Signs a thought, so that the client gives it back; it keeps the text where that is hidden. */
  sign: (thought: string) => string;
  hidesThinking: boolean;
  /** Tokens that one slot holds; null when unknown. */
  context: number | null;
  /** What frees a tool's arguments of parameters that it does not have. */
  trimmer: (tool: string) => Trim | null;
  /** The stop sequence that ended the answer. */
  stopped: () => string | null;
}

/** Token counts; `input_tokens` leaves out what came from the cache. */
export interface MessageUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  output_tokens: number;
  output_tokens_details: { thinking_tokens: number };
}

/** Why an answer ended (`@anthropic-ai/sdk` 1.12); `refusal` would make Claude Code give up. */
export type StopReason =
  | "end_turn"
  | "max_tokens"
  | "stop_sequence"
  | "tool_use"
  | "model_context_window_exceeded";

/** Where the end of an answer is told. */
export interface MessageEnd {
  stop_reason: StopReason;
  stop_sequence: string | null;
}

/** JSON of the whole message: the answer to a request that is not streamed. */
export function messageObject(response: ResponseObject, facts: MessageFacts): string {
  const { model, output, usage } = response;
  return JSON.stringify({
    ...{ id: messageId(response), type: "message", role: "assistant", model },
    content: output.flatMap((item) => blocksOf(item, facts)),
    ...messageEnd(response, facts),
    usage: messageUsage(usage),
  });
}

/** Derived from the response's, so that the log's reader finds it. */
export function messageId({ id }: Pick<ResponseObject, "id">): string {
  return id.replace(/^resp_/, "msg_");
}

export function messageEnd(
  { status, output, usage }: ResponseObject,
  { context, stopped }: MessageFacts,
): MessageEnd {
  const stop_sequence = stopped();
  if (stop_sequence !== null) return { stop_reason: "stop_sequence", stop_sequence };
  if (status === "incomplete") {
    const full = context !== null && usage !== null && usage.total_tokens >= context;
    return { stop_reason: full ? FULL : "max_tokens", stop_sequence };
  }
  const calls = output.some(({ type }) => type === "function_call");
  return { stop_reason: calls ? "tool_use" : "end_turn", stop_sequence };
}

const FULL = "model_context_window_exceeded";

export function messageUsage(usage: ResponseUsage | null): MessageUsage {
  const cached = usage?.input_tokens_details.cached_tokens ?? 0;
  return {
    input_tokens: Math.max(0, (usage?.input_tokens ?? 0) - cached),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: usage?.output_tokens ?? 0,
    output_tokens_details: {
      thinking_tokens: usage?.output_tokens_details.reasoning_tokens ?? 0,
    },
  };
}

/** The counts at the beginning, when only the prompt's are known. */
export function promptUsage(prompt: PromptProgress | null): MessageUsage {
  return {
    input_tokens: prompt === null ? 0 : prompt.total - prompt.cache,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: prompt?.cache ?? 0,
    output_tokens: 0,
    output_tokens_details: { thinking_tokens: 0 },
  };
}

/** A call that was cut is left out: nobody may run half of it. */
function blocksOf(item: OutputItem, { sign, hidesThinking, trimmer }: MessageFacts): unknown[] {
  switch (item.type) {
    case "reasoning": {
      const thought = item.content.map(({ text }) => text).join("");
      return [{
        type: "thinking",
        thinking: hidesThinking ? "" : thought,
        signature: sign(thought),
      }];
    }
    case "message":
      return item.content.map((part) => ({
        type: "text",
        text: part.type === "refusal" ? part.refusal : part.text,
      }));
    case "function_call":
      return item.status === "incomplete" ? [] : [callBlock(item, trimmer(item.name))];
    default:
      return [];
  }
}

function callBlock({ call_id: id, name, arguments: args }: FunctionCallItem, trim: Trim | null) {
  const input: unknown = JSON.parse(argumentsText(trim?.(args) ?? args));
  return { type: "tool_use", id, name, input };
}
