import { assertEquals, assertThrows } from "@std/assert";
import { type ChatOverrides, chatOverrides, parseChat } from "../../src/protocol/chat_request.ts";
import type { ThinkingSwitch } from "../../src/protocol/chat_template.ts";
import { ApiError } from "../../src/protocol/error.ts";

const FACTS = {
  vision: false,
  upstreamId: "tiny",
  images: "omit",
  thinking: "enable_thinking",
} as const;
const MESSAGES = [{ role: "user", content: "Hello" }];

function overrides(body: Record<string, unknown>): ChatOverrides {
  return chatOverrides(parseChat({ model: "tiny", messages: MESSAGES, ...body }), FACTS);
}

function refusal(json: unknown): ApiError {
  return assertThrows(() => chatOverrides(parseChat(json), FACTS), ApiError);
}

Deno.test("parseChat() reads what matters and keeps the rest [OT25] [OT26] [OT27] [OT28]", () => {
  const json = { messages: MESSAGES, stream: true, n: 2, return_progress: true, seed: 7 };
  const { model, stream, n, returnProgress, body } = parseChat(json);
  assertEquals([model, stream, n, returnProgress, body], [null, true, 2, true, json]);
  const least = parseChat({ messages: MESSAGES, model: null, stream: null, n: null });
  assertEquals([least.model, least.stream, least.n, least.returnProgress], [null, false, 1, false]);
});

for (
  const [what, json, param] of [
    ["a list", [], null],
    ["a text", "hello", null],
    ["null", null, null],
    ["no messages", {}, "messages"],
    ["messages that are no list", { messages: "hello" }, "messages"],
    ["no message", { messages: [] }, "messages"],
    ["a model that is no name", { messages: MESSAGES, model: 7 }, "model"],
    ["a stream that is neither", { messages: MESSAGES, stream: "yes" }, "stream"],
    ["an n that is no number", { messages: MESSAGES, n: "2" }, "n"],
    ["functions", { messages: MESSAGES, functions: [] }, "functions"],
    ["function_call", { messages: MESSAGES, function_call: "auto" }, "function_call"],
    ["audio", { messages: MESSAGES, modalities: ["text", "audio"] }, "modalities"],
  ] as const
) {
  Deno.test(`parseChat() refuses ${what} with 400 and the field`, () => {
    const error = refusal(json);
    assertEquals([error.status, error.type], [400, "invalid_request_error"]);
    assertEquals(error.param, param);
  });
}

Deno.test("chatOverrides() changes nothing of a stream but its progress [OT18] [OT23] [OT24]", () => {
  const given = overrides({
    stream: true,
    temperature: 0.2,
    max_completion_tokens: 9,
    stop: ["a"],
  });
  assertEquals(given, { fields: { return_progress: true }, notes: [] });
  assertEquals(overrides({ stream: true, return_progress: true }).fields, {});
});

Deno.test("chatOverrides() asks for a stream with usage where the client wants none [OT41]", () => {
  const { fields } = overrides({ stream: false });
  assertEquals(fields.stream, true);
  assertEquals(fields.stream_options, { include_usage: true });
  assertEquals(fields.return_progress, true);
});

Deno.test("chatOverrides() calls the model as llama-server does", () => {
  assertEquals(overrides({ stream: true, model: "TINY" }).fields.model, "tiny");
  const { fields } = chatOverrides(parseChat({ messages: MESSAGES, stream: true }), {
    ...FACTS,
    upstreamId: "/models/tiny.gguf",
  });
  assertEquals(fields.model, "/models/tiny.gguf");
});

const TOOLS = ["a", "b"].map((name) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: {} } },
}));

Deno.test("chatOverrides() narrows the tools to those that a choice allows [OT22] [OT40]", () => {
  for (
    const choice of [
      { type: "allowed_tools", allowed_tools: { mode: "required", tools: [TOOLS[1]] } },
      { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "b" }] },
      { type: "function", function: { name: "b" } },
    ]
  ) {
    const { fields } = overrides({ stream: true, tools: TOOLS, tool_choice: choice });
    assertEquals([fields.tools, fields.tool_choice], [[TOOLS[1]], "required"]);
  }
});

Deno.test("chatOverrides() refuses a choice of a tool that is not there", () => {
  for (
    const choice of [
      { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [] } },
      { type: "function", function: { name: "c" } },
    ]
  ) {
    const error = refusal({ messages: MESSAGES, tools: TOOLS, tool_choice: choice });
    assertEquals([error.status, error.param], [400, "tool_choice"]);
  }
});

Deno.test("chatOverrides() leaves the choices alone that llama-server knows [OT19] [OT20] [OT21] [OT37] [OT38] [OT39]", () => {
  for (const tool_choice of ["auto", "none", "required", null]) {
    const { fields } = overrides({ stream: true, tools: TOOLS, tool_choice });
    assertEquals(fields, { return_progress: true });
  }
});

Deno.test("chatOverrides() calls a repetition penalty as llama-server does [OT42]", () => {
  const given = overrides({ stream: true, repetition_penalty: 1.1 });
  assertEquals(given.fields.repeat_penalty, 1.1);
  const own = overrides({ stream: true, repetition_penalty: 1.1, repeat_penalty: 1.2 });
  assertEquals("repeat_penalty" in own.fields, false);
});

Deno.test("chatOverrides() switches thinking on for a level, but not against a client's word", () => {
  const kwargs = (body: Record<string, unknown>, thinking: ThinkingSwitch = FACTS.thinking) =>
    chatOverrides(parseChat({ messages: MESSAGES, ...body }), { ...FACTS, thinking })
      .fields.chat_template_kwargs;
  const on = { enable_thinking: true };
  assertEquals(kwargs({ reasoning_effort: "low" }), on);
  assertEquals(kwargs({ reasoning_effort: "low", chat_template_kwargs: null }), on);
  assertEquals(kwargs({ reasoning_effort: "low", chat_template_kwargs: { a: 1 } }), {
    a: 1,
    ...on,
  });
  const off = { enable_thinking: false };
  assertEquals(kwargs({ reasoning_effort: "low", chat_template_kwargs: off }), undefined);
  for (const reasoning_effort of ["none", null, undefined, 1]) {
    assertEquals(kwargs({ reasoning_effort }), undefined);
  }
  assertEquals(kwargs({ reasoning_effort: "low" }, "reasoning_effort"), undefined);
  assertEquals(kwargs({ reasoning_effort: "low" }, "none"), undefined);
});

Deno.test("chatOverrides() makes the schema of the answer fit for a grammar", () => {
  const schema = { type: "object", properties: { a: { type: "string", pattern: "x" } } };
  const response_format = { type: "json_schema", json_schema: { name: "n", schema } };
  assertEquals(overrides({ stream: true, response_format }).fields.response_format, {
    type: "json_schema",
    json_schema: { name: "n", schema: { type: "object", properties: { a: { type: "string" } } } },
  });
  const text = { type: "text" };
  assertEquals("response_format" in overrides({ response_format: text }).fields, false);
});

Deno.test("chatOverrides() leaves log probabilities out where a stream with tools has none", () => {
  const { fields, notes } = overrides({ stream: false, logprobs: true, tools: TOOLS });
  assertEquals([fields.logprobs, notes.map(({ code }) => code)], [false, ["logprobs_ignored"]]);
  assertEquals("logprobs" in overrides({ stream: false, logprobs: true }).fields, false);
});
