/** Events as text: the one place that knows `sequence_number`. Pure. */
import type { PromptProgress } from "../../chat.ts";
import type { ApiError } from "../../error.ts";
import { isLast, type ResponseEvent } from "./events.ts";
import type { ResponseObject } from "./response.ts";

/** Writes events as they stand on the wire and numbers them from 0, without gaps. */
export type EventWriter = (event: ResponseEvent) => string;

/** What another API tells beside the events of a response. */
export interface Asides {
  /** How long the prompt is, as soon as llama-server says it. */
  prompt(progress: PromptProgress): string;
  /** The failure in the API's own words; behind the event of it. */
  failure(error: ApiError): string;
}

/**
 * How an event stands on the wire: as a server-sent event, or as one line of JSON, which becomes a
 * WebSocket's message.
 */
export type Framing = "sse" | "line";

/**
 * Makes the writer of one stream.
 *
 * @param first the number of its first event
 */
export function eventWriter(first = 0, framing: Framing = "sse"): EventWriter {
  let sequence = first;
  // Nearly every event is the next delta of the same part, and differs in two places only.
  let series: ReturnType<typeof deltaSeries> | null = null;
  return (event) => {
    if (!isPlainDelta(event)) return writeEvent(event, sequence++, framing);
    if (series === null || !series.fits(event)) series = deltaSeries(event, framing);
    return series.write(sequence++, event.delta);
  };
}

/** The writer of an answer that is not streamed: nothing but the response of the last event. */
export function wholeWriter(write: (response: ResponseObject) => string): EventWriter {
  return (event) => isLast(event) ? write(event.response) : "";
}

function writeEvent(event: ResponseEvent, sequenceNumber: number, framing: Framing): string {
  const { type } = event;
  const rest = JSON.stringify(event).slice(`{"type":"${type}",`.length);
  const json = `{"type":"${type}","sequence_number":${sequenceNumber},${rest}`;
  return framing === "sse" ? `event: ${type}\ndata: ${json}\n\n` : `${json}\n`;
}

type DeltaEvent = Extract<ResponseEvent, { delta: string }>;

function isPlainDelta(event: ResponseEvent): event is DeltaEvent {
  return "delta" in event && !("logprobs" in event && event.logprobs.length > 0);
}

/** The deltas of one part: everything but number and text is written once. */
function deltaSeries(first: DeltaEvent, framing: Framing) {
  const { type, item_id } = first;
  const index = partIndex(first);
  const empty = writeEvent({ ...first, delta: "" }, 0, framing);
  const [before = "", after = ""] = empty.split('"delta":""');
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
