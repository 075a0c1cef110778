import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import {
  assertOpenResponses,
  callsOf,
  eventsOf,
  finalResponse,
  replay,
  streamedEvents,
} from "./responses_events.ts";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Function tools. */
export const toolChecks: readonly Check[] = [
  { name: "`responses.create()` streams a function call [E07]", run: called },
  { name: "`responses.create()` answers in text after a call's output [E08]", run: loop },
  // gpt-oss calls one tool at a time.
  {
    name: "`responses.create()` gives parallel calls ids of their own",
    templates: ["qwen3", "qwen3.5"],
    run: parallel,
  },
  { name: "`responses.create()` obeys parallel_tool_calls: false", run: single },
  { name: "`responses.create()` obeys tool_choice", run: choice },
  {
    name: "`responses.create()` gives text as it is where no call is wanted [H08]",
    templates: ["qwen3"],
    run: noCall,
  },
  { name: "`responses.create()` refuses a choice of no tool", templates: ["qwen3"], run: noTool },
];

const WEATHER: OpenAI.Responses.FunctionTool = {
  type: "function",
  name: "get_weather",
  description: "Tells the weather in a city",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  strict: true,
};
const TIME: OpenAI.Responses.FunctionTool = {
  ...WEATHER,
  name: "get_time",
  description: "Tells the time in a city",
};

async function called({ client }: SdkStage): Promise<void> {
  const events = await streamedEvents(client, {
    input: "[[tool]] What is the weather in Lima?",
    tools: [WEATHER],
    reasoning: { effort: "none" },
  });
  assertOpenResponses(events);
  const response = finalResponse(events);
  assertEquals(response.status, "completed");
  // Nothing but the call: no empty message beside it.
  assertEquals(response.output.map(({ type }) => type), ["function_call"]);
  const [call] = callsOf(response);
  const deltas = eventsOf(events, "response.function_call_arguments.delta");
  assertEquals(deltas.map(({ delta }) => delta).join(""), call?.arguments);
  const done = eventsOf(events, "response.function_call_arguments.done");
  assertEquals(done.map((event) => event.arguments), [call?.arguments ?? ""]);
  assertEquals([call?.name, call?.status], ["get_weather", "completed"]);
  assertEquals(typeof JSON.parse(call?.arguments ?? "").city, "string");
}

async function loop({ client }: SdkStage): Promise<void> {
  const input: OpenAI.Responses.ResponseInput = [
    { role: "user", content: "[[tool]] What is the weather in Lima?" },
  ];
  const first = await client.responses.stream({ model: MODEL, input, tools: [WEATHER] })
    .finalResponse();
  const calls = callsOf(first);
  assertEquals(calls.length, 1);
  input.push(...replay(first));
  for (const { call_id } of calls) {
    input.push({ type: "function_call_output", call_id, output: "It is sunny." });
  }
  const second = await client.responses.create({ model: MODEL, input, tools: [WEATHER] });
  assertEquals(second.status, "completed");
  assertEquals(callsOf(second), []);
  assert(second.output_text.length > 0, JSON.stringify(second.output));
}

/** The tiny model calls once more about every other time. */
const ATTEMPTS = 30;

async function parallel({ client }: SdkStage): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const events = await streamedEvents(client, {
      input: "[[tools]] What are the time and the weather in Lima?",
      tools: [WEATHER, TIME],
      parallel_tool_calls: true,
      reasoning: { effort: "none" },
    });
    assertOpenResponses(events);
    const calls = callsOf(finalResponse(events));
    assertEquals(new Set(calls.flatMap(({ id, call_id }) => [id, call_id])).size, 2 * calls.length);
    for (const call of calls) assertEquals(typeof JSON.parse(call.arguments).city, "string");
    if (calls.length > 1) return;
  }
  throw new Error(`the model never called twice in ${ATTEMPTS} answers`);
}

async function single({ client }: SdkStage): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const response = await client.responses.create({
      model: MODEL,
      input: "[[tools]] What are the time and the weather in Lima?",
      tools: [WEATHER, TIME],
      parallel_tool_calls: false,
    });
    assertEquals(callsOf(response).length, 1);
  }
}

async function choice({ client }: SdkStage): Promise<void> {
  const ask = async (tool_choice: ToolChoice) => {
    const response = await client.responses.create({
      model: MODEL,
      input: "[[tool]] What is it?",
      tools: [WEATHER, TIME],
      tool_choice,
      max_output_tokens: 500,
    });
    return callsOf(response).map(({ name }) => name);
  };
  const weather = [{ type: "function", name: "get_weather" }];
  // The tiny model picks any tool that it may call: a choice that is not obeyed shows soon.
  for (let attempt = 0; attempt < 4; attempt++) {
    assertEquals(await ask("none"), []);
    assert((await ask("required")).length > 0);
    assertEquals(await ask({ type: "function", name: "get_time" }), ["get_time"]);
    assertEquals(await ask({ type: "allowed_tools", mode: "required", tools: weather }), [
      "get_weather",
    ]);
  }
}

type ToolChoice = NonNullable<OpenAI.Responses.ResponseCreateParams["tool_choice"]>;

/** Told to call and forbidden to, the tiny model writes its markup as text, over and over. */
async function noCall({ client }: SdkStage): Promise<void> {
  const response = await client.responses.create({
    model: MODEL,
    input: "[[tool]] What is the weather?",
    tools: [WEATHER],
    tool_choice: "none",
    max_output_tokens: 40,
  });
  assertEquals(response.output.map(({ type }) => type), ["message"]);
  assert(response.output_text.startsWith("<tool_call>"), response.output_text);
}

async function noTool({ client }: SdkStage): Promise<void> {
  const error = await assertRejects(
    () => client.responses.create({ model: MODEL, input: "Hello.", tool_choice: "required" }),
    OpenAI.BadRequestError,
  );
  assertEquals(error.param, "tool_choice");
}
