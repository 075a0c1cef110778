import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type Anthropic from "@anthropic-ai/sdk";
import {
  type AnthropicCheck,
  type AnthropicStage,
  blocksOf,
  bothWays,
  full,
  says,
  textOf,
} from "./anthropic_stage.ts";

/** Tools of the client's own. */
export const anthropicToolChecks: readonly AnthropicCheck[] = [
  { name: "`messages.create()` calls a tool with input that fits", run: called },
  { name: "`messages.stream()` tells a call's input as it comes [E15]", run: toldInput },
  { name: "`messages.create()` answers in text after a tool's result", run: loop },
  // gpt-oss calls one tool at a time.
  {
    name: "`messages.create()` gives parallel calls, and takes their results in one message",
    templates: ["qwen3", "qwen3.5"],
    run: parallel,
  },
  { name: "`messages.create()` obeys disable_parallel_tool_use", run: single },
  { name: "`messages.create()` obeys tool_choice any, tool and none [E16]", run: choice },
  { name: "`messages.create()` takes tools of Anthropic's own beside the client's", run: typed },
];

const WEATHER: Anthropic.Tool = {
  name: "get_weather",
  description: "Tells the weather in a city",
  input_schema: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};
const TIME: Anthropic.Tool = {
  ...WEATHER,
  name: "get_time",
  description: "Tells the time in a city",
};

const ask = { messages: says("[[tool]] What is the weather in Lima?"), tools: [WEATHER] };
const askBoth = {
  messages: says("[[tools]] What are the time and the weather in Lima?"),
  tools: [WEATHER, TIME],
};

async function called({ client }: AnthropicStage): Promise<void> {
  for (const message of await bothWays(client, ask)) {
    assertEquals(message.stop_reason, "tool_use", JSON.stringify(message));
    assertEquals(textOf(message), "");
    const [call, ...others] = blocksOf(message, "tool_use");
    assertEquals([call?.name, typeof cityOf(call), others.length], ["get_weather", "string", 0]);
    assert(call !== undefined && call.id.length > 0);
  }
}

function cityOf(call: Anthropic.ToolUseBlock | undefined): unknown {
  const { input } = call ?? {};
  assert(typeof input === "object" && input !== null && "city" in input, JSON.stringify(call));
  return input.city;
}

async function toldInput({ client }: AnthropicStage): Promise<void> {
  const pieces: string[] = [];
  // Of a tool that takes no other parameters, what it does not take is left out of the whole input.
  const { additionalProperties: _, ...input_schema } = WEATHER.input_schema;
  const tools = [{ ...WEATHER, input_schema }];
  const stream = client.messages.stream(full({ ...ask, tools })).on(
    "inputJson",
    (piece) => pieces.push(piece),
  );
  const started: unknown[] = [];
  stream.on("streamEvent", (event) => {
    const isCall = event.type === "content_block_start" && event.content_block.type === "tool_use";
    if (isCall) started.push(JSON.parse(JSON.stringify(event.content_block)));
  });
  const [call] = blocksOf(await stream.finalMessage(), "tool_use");
  assertEquals(JSON.parse(pieces.join("")), call?.input);
  assert(pieces.length > 1, pieces.join("|"));
  // Clients count as input only what the deltas tell.
  assertEquals(started, [{ type: "tool_use", id: call?.id, name: call?.name, input: {} }]);
}

async function loop({ client }: AnthropicStage): Promise<void> {
  const first = await client.messages.stream(full(ask)).finalMessage();
  const [call] = blocksOf(first, "tool_use");
  const result = { type: "tool_result" as const, tool_use_id: call?.id ?? "" };
  const contents: Anthropic.ToolResultBlockParam[] = [
    { ...result, content: "It is sunny." },
    { ...result, content: [{ type: "text", text: "It is sunny." }] },
    { ...result, content: "Nobody knows.", is_error: true },
    result,
  ];
  for (const content of contents) {
    const second = await client.messages.create(full({
      tools: [WEATHER],
      messages: [
        ...ask.messages,
        { role: "assistant", content: first.content },
        { role: "user", content: [content] },
      ],
    }));
    assertEquals(second.stop_reason, "end_turn", JSON.stringify(second));
    assert(textOf(second).length > 0);
  }
}

/** The tiny model calls once more about every other time. */
const ATTEMPTS = 30;

async function parallel({ client }: AnthropicStage): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const message = await client.messages.stream(full(askBoth)).finalMessage();
    const calls = blocksOf(message, "tool_use");
    assertEquals(new Set(calls.map(({ id }) => id)).size, calls.length);
    for (const call of calls) assertEquals(typeof cityOf(call), "string");
    if (calls.length < 2) continue;
    const results = calls.map(({ id }) => ({
      type: "tool_result" as const,
      tool_use_id: id,
      content: "It is late.",
    }));
    const next = await client.messages.create(full({
      tools: askBoth.tools,
      messages: [
        ...askBoth.messages,
        { role: "assistant", content: message.content },
        // Results come as the tools end, with what the user says meanwhile.
        { role: "user", content: [...results.toReversed(), { type: "text", text: "And?" }] },
      ],
    }));
    assert(next.content.length > 0);
    return;
  }
  throw new Error(`the model never called twice in ${ATTEMPTS} answers`);
}

async function single({ client }: AnthropicStage): Promise<void> {
  for (const type of ["auto", "any"] as const) {
    for (let attempt = 0; attempt < 3; attempt++) {
      const tool_choice = { type, disable_parallel_tool_use: true };
      const message = await client.messages.create(full({ ...askBoth, tool_choice }));
      assertEquals(blocksOf(message, "tool_use").length, 1);
    }
  }
}

async function choice({ client }: AnthropicStage): Promise<void> {
  const asked = async (tool_choice: Anthropic.ToolChoice) => {
    const message = await client.messages.create(
      full({ ...ask, tools: askBoth.tools, tool_choice }),
    );
    const calls = blocksOf(message, "tool_use");
    if (tool_choice.type !== "none") assertEquals(message.stop_reason, "tool_use");
    return calls.map(({ name }) => name);
  };
  // The tiny model picks any tool that it may call: a choice that is not obeyed shows soon.
  for (let attempt = 0; attempt < 4; attempt++) {
    assertEquals(await asked({ type: "none" }), []);
    assert((await asked({ type: "any" })).length > 0);
    assertEquals(await asked({ type: "tool", name: "get_time" }), ["get_time"]);
  }
}

async function typed({ client }: AnthropicStage): Promise<void> {
  const search: Anthropic.ToolUnion = { type: "web_search_20250305", name: "web_search" };
  const { data, response } = await client.messages.create(full({
    ...ask,
    tools: [search, WEATHER],
  })).withResponse();
  assertEquals(blocksOf(data, "tool_use").map(({ name }) => name), ["get_weather"]);
  assertStringIncludes(response.headers.get("x-chaski-notes") ?? "", "tool_not_offered(tools[0])");
}
