/** Events as text: the one place that knows `sequence_number`. Pure. */
import type { ResponseEvent } from "./events.ts";

/** Writes events as they stand on the wire and numbers them from 0, without gaps. */
export type EventWriter = (event: ResponseEvent) => string;

/** Makes the writer of one stream. */
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
