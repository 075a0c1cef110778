import type OpenAI from "openai";
import { assert, assertEquals } from "@std/assert";
import { assertEventFits } from "../open_responses.ts";
import { MODEL } from "./sdk_stage.ts";

/** An event of a Responses stream as the SDK types it. */
export type StreamEvent = OpenAI.Responses.ResponseStreamEvent;

/** A response as the SDK types it. */
export type Response = OpenAI.Responses.Response;

type Params = Omit<OpenAI.Responses.ResponseCreateParamsStreaming, "model" | "stream">;

/** Streams a response to its end, and checks what holds for every stream. */
export async function streamedEvents(client: OpenAI, params: Params): Promise<StreamEvent[]> {
  const stream = await client.responses.create({ model: MODEL, stream: true, ...params });
  const events = await Array.fromAsync(stream);
  assertEquals(events.slice(0, 2).map(({ type }) => type), [
    "response.created",
    "response.in_progress",
  ]);
  assertEquals(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_event, i) => i),
  );
  assertEquals(events.filter(isTerminal).length, 1);
  const opened = events.flatMap((event) =>
    event.type === "response.output_item.added" ? [event.output_index] : []
  );
  assertEquals(opened, opened.map((_index, i) => i));
  return events;
}

/** Fails unless every event fits the Open Responses document. */
export function assertOpenResponses(events: readonly StreamEvent[]): void {
  for (const event of events) assertEventFits(event);
}

/** The response of the event that ends a stream. */
export function finalResponse(events: readonly StreamEvent[]): Response {
  const last = events.at(-1);
  assert(last !== undefined && isTerminal(last), `the stream ends with ${last?.type}`);
  return last.response;
}

/** The events of one type. */
export function eventsOf<T extends StreamEvent["type"]>(events: readonly StreamEvent[], type: T) {
  return events.filter((event): event is Extract<StreamEvent, { type: T }> => event.type === type);
}

/** The function calls of a response. */
export function callsOf({ output }: Response) {
  return output.filter((item) => item.type === "function_call");
}

/** A response's output as a client hands it back with its next request. */
export function replay({ output }: Response): OpenAI.Responses.ResponseInput {
  return output.map((item) => {
    const known = ["message", "reasoning", "function_call"];
    assert(known.includes(item.type), `Chaski makes no item of type ${item.type}`);
    return item as OpenAI.Responses.ResponseInputItem;
  });
}

type Terminal = Extract<
  StreamEvent,
  { type: "response.completed" | "response.incomplete" | "response.failed" }
>;

function isTerminal(event: StreamEvent): event is Terminal {
  return ["response.completed", "response.incomplete", "response.failed"].includes(event.type);
}
