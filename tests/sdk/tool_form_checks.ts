import { assert, assertEquals } from "@std/assert";
import type OpenAI from "openai";
import { assertCallEvents } from "../sdk_shapes.ts";
import { eventsOf, finalResponse, streamedEvents } from "./responses_events.ts";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Tools that are no plain functions: what the model calls comes back in their own form. */
export const toolFormChecks: readonly Check[] = [
  {
    name: "`responses.create()` gives a custom tool its raw text, and takes its output",
    run: custom,
  },
  { name: "`responses.create()` calls a tool of a namespace by both its names", run: namespaced },
  {
    name: "`responses.create()` gives tool_search an object, and offers what it found",
    run: search,
  },
];

type Tool = OpenAI.Responses.Tool;

const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const NAMESPACE: Tool = {
  type: "namespace",
  name: "mcp__weather",
  description: "The weather.",
  tools: [{ type: "function", name: "now", parameters, strict: false }],
};
const QUESTION = "[[tool]] What is the weather?";

/** The one call of a streamed answer whose thinking is switched off. */
async function callOf({ client, template }: SdkStage, tools: Tool[]) {
  const events = await streamedEvents(client, {
    input: QUESTION,
    tools,
    // gpt-oss cannot be kept from thinking, but the marker makes it call at once.
    ...(template !== "gpt-oss" && { reasoning: { effort: "none" as const } }),
  });
  assertCallEvents(events);
  const response = finalResponse(events);
  assertEquals([response.status, response.output.length], ["completed", 1]);
  const [call] = response.output;
  assert(call !== undefined);
  return { call, events };
}

/** What the model says when it has seen the call's output. */
async function answerTo(
  { client }: SdkStage,
  tools: Tool[],
  ...items: OpenAI.Responses.ResponseInputItem[]
): Promise<void> {
  const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: QUESTION }, ...items];
  const { status, output_text } = await client.responses.create({ model: MODEL, input, tools });
  assertEquals(status, "completed");
  assert(output_text.length > 0);
}

async function custom(stage: SdkStage): Promise<void> {
  const tools: Tool[] = [{ type: "custom", name: "write", description: "Writes." }];
  const { call, events } = await callOf(stage, tools);
  assert(call.type === "custom_tool_call", call.type);
  assertEquals(call.name, "write");
  assert(call.input.length > 0);
  const deltas = eventsOf(events, "response.custom_tool_call_input.delta");
  assertEquals(deltas.map(({ delta }) => delta).join(""), call.input);
  const { call_id } = call;
  await answerTo(stage, tools, call, {
    type: "custom_tool_call_output",
    call_id,
    output: "Written.",
  });
}

async function namespaced(stage: SdkStage): Promise<void> {
  const { call } = await callOf(stage, [NAMESPACE]);
  assert(call.type === "function_call", call.type);
  assertEquals([call.name, call.namespace], ["now", "mcp__weather"]);
  const { call_id } = call;
  const output = { type: "function_call_output" as const, call_id, output: "Sunny." };
  await answerTo(stage, [NAMESPACE], call, output);
}

async function search(stage: SdkStage): Promise<void> {
  const tools: Tool[] = [{ type: "tool_search", execution: "client", parameters }];
  const { call } = await callOf(stage, tools);
  assert(call.type === "tool_search_call", call.type);
  assertEquals(call.execution, "client");
  assert(typeof call.arguments === "object" && call.arguments !== null);
  assertEquals(Object.keys(call.arguments), ["city"]);
  const { call_id } = call;
  const found = { type: "tool_search_output" as const, call_id, tools: [NAMESPACE] };
  await answerTo(stage, tools, call, found);
  // With an output in sight the tiny model of gpt-oss only talks, whatever it must do.
  if (stage.template === "gpt-oss") return;
  const chosen = await stage.client.responses.create({
    model: MODEL,
    input: [{ role: "user", content: QUESTION }, call, found, { role: "user", content: QUESTION }],
    tools,
    tool_choice: { type: "function", name: "mcp__weather__now" },
    max_output_tokens: 500,
  });
  const calls = chosen.output.filter((item) => item.type === "function_call");
  assertEquals(calls.map(({ name, namespace }) => [namespace, name]), [["mcp__weather", "now"]]);
}
