/**
 * The events of a Responses stream, as openai 7.57 and Open Responses 2026-04-24 name them.
 * None carries its `sequence_number`: that is stamped in one place, where events are written.
 */
import type { PromptProgress } from "../../chat.ts";
import type { LoadProgress } from "../../load_progress.ts";
import type { OutputItem, RefusalPart, TextPart, TokenLogprob } from "./item_types.ts";
import type { ResponseObject } from "./response.ts";

interface Lifecycle {
  response: ResponseObject;
}

interface InItem {
  item_id: string;
  output_index: number;
}

interface InPart extends InItem {
  content_index: number;
}

interface InSummary extends InItem {
  summary_index: number;
}

type ReasoningTextPart = { type: "reasoning_text"; text: string };
type SummaryPart = { type: "summary_text"; text: string };

/** Chaski's own field on `response.in_progress`: what a silent line is waiting for. */
export interface ProgressNote {
  /** `loading`: the model is; `waiting`: no slot of llama-server has taken the request yet. */
  phase: "loading" | "waiting" | "prompt" | "answer";
  load?: LoadProgress;
  /** Tokens of the prompt read so far, as llama-server reports them. */
  prompt?: PromptProgress;
}

export type ResponseEvent =
  | ({ type: "response.created" } & Lifecycle)
  | ({ type: "response.in_progress"; chaski?: ProgressNote } & Lifecycle)
  | ({ type: "response.completed" } & Lifecycle)
  | ({ type: "response.incomplete" } & Lifecycle)
  | ({ type: "response.failed" } & Lifecycle)
  | { type: "response.output_item.added"; output_index: number; item: OutputItem }
  | { type: "response.output_item.done"; output_index: number; item: OutputItem }
  | ({
    type: "response.content_part.added" | "response.content_part.done";
    part: TextPart | RefusalPart | ReasoningTextPart;
  } & InPart)
  | ({ type: "response.output_text.delta"; delta: string; logprobs: TokenLogprob[] } & InPart)
  | ({ type: "response.output_text.done"; text: string; logprobs: TokenLogprob[] } & InPart)
  | ({ type: "response.refusal.delta"; delta: string } & InPart)
  | ({ type: "response.refusal.done"; refusal: string } & InPart)
  | ({ type: "response.reasoning_text.delta"; delta: string } & InPart)
  | ({ type: "response.reasoning_text.done"; text: string } & InPart)
  | ({
    type: "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done";
    part: SummaryPart;
  } & InSummary)
  | ({ type: "response.reasoning_summary_text.delta"; delta: string } & InSummary)
  | ({ type: "response.reasoning_summary_text.done"; text: string } & InSummary)
  | ({ type: "response.function_call_arguments.delta"; delta: string } & InItem)
  | ({
    type: "response.function_call_arguments.done";
    name: string;
    arguments: string;
  } & InItem)
  | ({ type: "response.custom_tool_call_input.delta"; delta: string } & InItem)
  | ({ type: "response.custom_tool_call_input.done"; input: string } & InItem);

type LastEvent = Extract<
  ResponseEvent,
  { type: "response.completed" | "response.incomplete" | "response.failed" }
>;

/** Whether an event ends its stream; its response is the whole answer. */
export function isLast(event: ResponseEvent): event is LastEvent {
  return event.type === "response.completed" || event.type === "response.incomplete" ||
    event.type === "response.failed";
}

/** Where events go, in the order in which the client shall see them. */
export type Emit = (event: ResponseEvent) => void;
