/**
 * The events of a Responses stream, as openai 7.57 and Open Responses 2026-04-24 name them.
 * None carries its `sequence_number`: that is stamped in one place, where events are written.
 */
import type { PromptProgress } from "../chat.ts";
import type {
  OutputItem,
  RefusalPart,
  ResponseObject,
  TextPart,
  TokenLogprob,
} from "./response.ts";

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
  /** `waiting`: no slot of llama-server has taken the request yet. */
  phase: "waiting" | "prompt" | "answer";
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
  } & InItem);

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

/** Writes events as they stand on the wire and numbers them from 0, without gaps. */
export type EventWriter = (event: ResponseEvent) => string;

/** Makes the writer of one stream; the only place that knows `sequence_number`. */
export function eventWriter(): EventWriter {
  let sequence = 0;
  // Nearly every event is the next delta of the same part, and differs in two places only.
  let series: ReturnType<typeof deltaSeries> | null = null;
  return (event) => {
    if (!isPlainDelta(event)) return writeEvent(event, sequence++);
    if (series === null || !series.fits(event)) series = deltaSeries(event);
    return series.write(sequence++, event.delta);
  };
}

function writeEvent(event: ResponseEvent, sequenceNumber: number): string {
  const { type } = event;
  const rest = JSON.stringify(event).slice(`{"type":"${type}",`.length);
  return `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequenceNumber},${rest}\n\n`;
}

type DeltaEvent = Extract<ResponseEvent, { delta: string }>;

function isPlainDelta(event: ResponseEvent): event is DeltaEvent {
  return "delta" in event && !("logprobs" in event && event.logprobs.length > 0);
}

/** The deltas of one part: everything but number and text is written once. */
function deltaSeries(first: DeltaEvent) {
  const { type, item_id } = first;
  const index = partIndex(first);
  const [before = "", after = ""] = writeEvent({ ...first, delta: "" }, 0).split('"delta":""');
  const [head = "", middle = ""] = before.split('"sequence_number":0');
  return {
    fits: (event: DeltaEvent) =>
      event.type === type && event.item_id === item_id && partIndex(event) === index,
    write: (sequence: number, delta: string) =>
      `${head}"sequence_number":${sequence}${middle}"delta":${JSON.stringify(delta)}${after}`,
  };
}

function partIndex(event: DeltaEvent): number {
  return "content_index" in event ? event.content_index : 0;
}
