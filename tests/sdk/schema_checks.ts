import { assert, assertEquals } from "@std/assert";
import type OpenAI from "openai";
import { eventsOf, finalResponse, streamedEvents } from "./responses_events.ts";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Answers that must fit a schema. */
export const schemaChecks: readonly Check[] = [
  { name: "`responses.create()` fits the answer to a schema", run: alone },
  { name: "`responses.create()` fits the answer to a schema beside tools", run: besideTools },
  { name: "`responses.create()` lets tools be called beside a schema", run: callBeside },
];

const text: OpenAI.Responses.ResponseTextConfig = {
  format: {
    type: "json_schema",
    name: "answer",
    strict: true,
    schema: {
      type: "object",
      properties: { city: { type: "string" }, sunny: { type: "boolean" } },
      required: ["city", "sunny"],
      additionalProperties: false,
    },
  },
};
const tools: OpenAI.Responses.FunctionTool[] = [{
  type: "function",
  name: "get_weather",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  strict: true,
}];

async function alone({ client }: SdkStage): Promise<void> {
  const response = await client.responses.create({ model: MODEL, input: "Which city?", text });
  assertAnswer(response.output_text);
}

async function besideTools({ client }: SdkStage): Promise<void> {
  // Without a marker the tiny model answers in words, which is not what the schema says.
  const events = await streamedEvents(client, { input: "[[plain]] Which city?", text, tools });
  const done = eventsOf(events, "response.output_text.done");
  // The words of the first pass were never shown.
  assertEquals(done.length, 1, JSON.stringify(finalResponse(events)));
  assertAnswer(done[0]?.text ?? "");
  const whole = await client.responses.create({
    model: MODEL,
    input: "[[plain]] Which city?",
    text,
    tools,
  });
  assertAnswer(whole.output_text);
}

async function callBeside({ client }: SdkStage): Promise<void> {
  const response = await client.responses.create({
    model: MODEL,
    input: "[[tool]] Which city?",
    text,
    tools,
  });
  const types = response.output.map(({ type }) => type).filter((type) => type !== "reasoning");
  assertEquals(types, ["function_call"]);
}

function assertAnswer(json: string): void {
  const { city, sunny, ...others } = JSON.parse(json);
  assert(typeof city === "string" && typeof sunny === "boolean", json);
  assertEquals(others, {});
}
