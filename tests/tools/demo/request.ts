import { sseEvents } from "../../sse_reader.ts";
import { ToolError } from "../tool_error.ts";
import { eventView, type ResponsesEvent } from "./event_view.ts";
import type { Place } from "./guide.ts";
import type { Screen } from "./screen.ts";

/** What the model is asked; the markers make the tiny model think and call the tool. */
export const QUESTION = "[[think]] [[tool]] What is the weather in Cusco?";

const TOOL = {
  type: "function",
  name: "get_weather",
  description: "Tells the weather of a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  strict: true,
};

/**
 * Sends one streamed Responses request with a tool and shows its events as they come.
 *
 * @throws {ToolError} when it is refused, or its stream does not end in `response.completed`
 */
export async function showRequest({ url, model }: Place, screen: Screen): Promise<void> {
  const request = { model, input: QUESTION, tools: [TOOL], stream: true, max_output_tokens: 400 };
  const view = eventView(screen);
  const start = performance.now();
  let last = "nothing";
  const response = await fetch(`${url}/v1/responses`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  if (!response.ok) {
    const said = (await response.text()).slice(0, 500);
    throw new ToolError(`Cannot go on: the request was answered ${response.status} ${said}`);
  }
  for await (const { data, receivedAt } of sseEvents(response)) {
    const event = data as ResponsesEvent;
    view.show(event, (receivedAt - start) / 1000);
    last = event.type;
  }
  view.end();
  if (last === "response.completed") return;
  throw new ToolError(`Cannot go on: the stream should end in response.completed, not in ${last}`);
}
