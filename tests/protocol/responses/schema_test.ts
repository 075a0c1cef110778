import { assert, assertEquals } from "@std/assert";
import { parseCreateResponse } from "../../../src/protocol/responses/schema.ts";
import { call, functionTool, output, refusalOf } from "./translating.ts";

Deno.test("`parseCreateResponse()` reads a string input; the rest stays absent [RA01]", () => {
  assertEquals(parseCreateResponse({ input: "Hi" }), { input: "Hi" });
});

Deno.test("`parseCreateResponse()` keeps the roles and contents of messages [RA02]", () => {
  const input = [
    { role: "system", content: "s" },
    { type: "message", role: "user", content: [{ type: "input_text", text: "u" }] },
    { type: null, role: "assistant", content: "a" },
  ];
  assertEquals(parseCreateResponse({ input }), { input });
});

Deno.test("`parseCreateResponse()` reads text and image parts [RA03]", () => {
  const content = [
    { type: "input_text", text: "what?" },
    { type: "input_image", image_url: "https://example.test/a.png", detail: "original" },
    { type: "input_image", image_url: { url: "data:image/png;base64,AA==" } },
  ];
  const input = [{ role: "user", content }];
  assertEquals(parseCreateResponse({ input }), { input });
});

Deno.test("`parseCreateResponse()` keeps instructions [RA04]", () => {
  assertEquals(parseCreateResponse({ input: "x", instructions: "i" }).instructions, "i");
});

Deno.test("`parseCreateResponse()` accepts every field, unknown ones too [RA05]", () => {
  const fields = {
    model: "m",
    previous_response_id: "resp_1",
    conversation: { id: "conv_1" },
    prompt: { id: "p" },
    store: true,
    background: false,
    stream_options: { include_obfuscation: false },
    include: ["reasoning.encrypted_content", "something.new"],
    max_tool_calls: 3,
    top_logprobs: 20,
    text: { format: { type: "text" }, verbosity: "extreme" },
    reasoning: { effort: "ultra", summary: "auto", context: "all_turns", mode: "pro" },
    truncation: "auto",
    metadata: { a: "b" },
    user: "u",
    safety_identifier: "s",
    service_tier: "warp",
    prompt_cache_key: "k",
    prompt_cache_options: {},
    prompt_cache_retention: "24h",
    context_management: [{ type: "compaction", compact_threshold: 1000 }],
    moderation: { model: "m" },
  };
  const parsed = parseCreateResponse({ ...fields, client_metadata: { a: 1 }, n: 4 });
  assertEquals(parsed, fields as typeof parsed);
});

Deno.test("`parseCreateResponse()` takes null for absent, everywhere", () => {
  const names = [
    ..."model input instructions previous_response_id conversation prompt store background".split(
      " ",
    ),
    ..."stream stream_options include tools tool_choice parallel_tool_calls metadata".split(" "),
    ..."max_tool_calls max_output_tokens temperature top_p presence_penalty".split(" "),
    ..."frequency_penalty top_logprobs text reasoning truncation user service_tier".split(" "),
  ];
  const nothing = Object.fromEntries(names.map((name) => [name, null]));
  assertEquals(Object.keys(parseCreateResponse(nothing)).sort(), names.sort());
  assertEquals(refusalOf(nothing).param, "input");
});

Deno.test("`parseCreateResponse()` keeps the stream flag [RA06]", () => {
  assertEquals(parseCreateResponse({ stream: true }).stream, true);
});

Deno.test("`parseCreateResponse()` keeps temperature and top_p [RA07]", () => {
  const { temperature, top_p } = parseCreateResponse({ temperature: 0.2, top_p: 1 });
  assertEquals([temperature, top_p], [0.2, 1]);
});

Deno.test("`parseCreateResponse()` keeps max_output_tokens, which must be at least 1 [RA08]", () => {
  assertEquals(parseCreateResponse({ max_output_tokens: 1 }).max_output_tokens, 1);
  for (const max_output_tokens of [0, -1, 1.5, "4"]) {
    assertEquals(refusalOf({ input: "x", max_output_tokens }).param, "max_output_tokens");
  }
});

Deno.test("`parseCreateResponse()` accepts the developer role and refuses an unknown one [RA09]", () => {
  const input = [{ type: "message", role: "developer", content: "d" }];
  assertEquals(parseCreateResponse({ input }), { input });
  assertEquals(refusalOf({ input: [{ role: "wizard", content: "d" }] }).param, "input[0].role");
});

Deno.test("`parseCreateResponse()` accepts a flat function tool [RT01]", () => {
  const tools = [functionTool("f", { description: "d", parameters: { type: "object" } })];
  assertEquals(parseCreateResponse({ tools }), { tools } as never);
});

Deno.test("`parseCreateResponse()` accepts the three words of tool_choice, and no other [RT02]", () => {
  for (const tool_choice of ["auto", "required", "none"] as const) {
    assertEquals(parseCreateResponse({ tool_choice }), { tool_choice });
  }
  assertEquals(refusalOf({ input: "x", tool_choice: "maybe" }).param, "tool_choice");
  assertEquals(refusalOf({ input: "x", tool_choice: 3 }).param, "tool_choice");
});

Deno.test("`parseCreateResponse()` accepts an object for tool_choice [RT03]", () => {
  const tool_choice = { type: "function", name: "f" };
  assertEquals(parseCreateResponse({ tool_choice }), { tool_choice } as never);
});

Deno.test("`parseCreateResponse()` keeps parallel_tool_calls [RT04]", () => {
  assertEquals(parseCreateResponse({ parallel_tool_calls: false }).parallel_tool_calls, false);
});

Deno.test("`parseCreateResponse()` lets tools of other types pass [RT05]", () => {
  const tools = ["web_search", "image_generation", "local_shell", "mcp", "brand_new"]
    .map((type) => ({ type, z: 1, a: 2 }));
  assertEquals(parseCreateResponse({ tools }).tools, tools);
});

Deno.test("`parseCreateResponse()` keeps a function's own object, byte for byte [RT06]", () => {
  const text = '{"tools":[{"strict":true,"parameters":{"z":{},"properties":{"b":{},"a":{}}},' +
    '"name":"f","description":"d","defer_loading":true,"type":"function"}]}';
  assertEquals(JSON.stringify(parseCreateResponse(JSON.parse(text))), text);
});

Deno.test("`parseCreateResponse()` judges only `function` by a function's schema [RT07]", () => {
  const bad = { name: 5, parameters: "x" };
  assertEquals(
    refusalOf({ input: "x", tools: [{ type: "function", ...bad }] }).param,
    "tools[0].name",
  );
  assert(parseCreateResponse({ tools: [{ type: "functional", ...bad }] }));
});

Deno.test("`parseCreateResponse()` keeps calls, outputs and unknown items as they came [RT08]", () => {
  const text = JSON.stringify({
    input: [
      { role: "user", content: "x" },
      { z: 1, ...call("c1"), id: "fc_1", status: "completed", namespace: "n" },
      { status: "completed", ...output("c1") },
      { type: "brand_new", z: [1, { b: 2, a: 1 }], a: null },
    ],
  });
  assertEquals(JSON.stringify(parseCreateResponse(JSON.parse(text))), text);
});

Deno.test("`parseCreateResponse()` accepts an output of parts [RT10]", () => {
  const input = [output("c", [{ type: "input_text", text: "t" }])];
  assertEquals(parseCreateResponse({ input }), { input } as never);
});

Deno.test("`parseCreateResponse()` accepts replayed output_text with its extras [RT34]", () => {
  const part = { type: "output_text", text: "t", annotations: [{ type: "x" }], logprobs: [] };
  const input = [{ type: "message", role: "assistant", id: "msg_1", content: [part] }];
  assertEquals(parseCreateResponse({ input }), { input } as never);
});

Deno.test("`parseCreateResponse()` names the field that is wrong", () => {
  const cases: [unknown, string | null][] = [
    [null, null],
    [[], null],
    ["text", null],
    [{ input: 5 }, "input"],
    [{ input: ["x"] }, "input[0]"],
    [{ input: [{ type: 5 }] }, "input[0].type"],
    [{ input: [{ role: "user", content: 5 }] }, "input[0].content"],
    [{ input: [{ role: "user", content: [{ type: "input_text" }] }] }, "input[0].content[0].text"],
    [
      { input: [{ role: "user", content: [{ type: "input_image", image_url: 5 }] }] },
      "input[0].content[0].image_url",
    ],
    [{ input: [call("c"), { ...call("d"), call_id: 5 }] }, "input[1].call_id"],
    [{ input: [{ ...call("c"), arguments: { a: 1 } }] }, "input[0].arguments"],
    [{ input: [{ type: "function_call", call_id: "c" }] }, "input[0].name"],
    [{ input: [output("c", 5)] }, "input[0].output"],
    [{ input: [output("c", [{ type: "input_text", text: 1 }])] }, "input[0].output[0].text"],
    [{ input: [{ type: "custom_tool_call", name: "p", input: {} }] }, "input[0].input"],
    [{ input: [{ type: "reasoning", summary: "x" }] }, "input[0].summary"],
    [{ input: [{ type: "reasoning", content: [{ text: 1 }] }] }, "input[0].content[0].text"],
    [{ input: [{ type: "local_shell_call", action: "ls" }] }, "input[0].action"],
    [{ tools: {} }, "tools"],
    [{ tools: [functionTool("a b")] }, "tools[0].name"],
    [{ tools: [functionTool("x".repeat(129))] }, "tools[0].name"],
    [{ tools: [functionTool("f", { parameters: "x" })] }, "tools[0].parameters"],
    [{ tool_choice: { type: "allowed_tools", tools: 5 } }, "tool_choice.tools"],
    [{ temperature: "hot" }, "temperature"],
    [{ temperature: Infinity }, "temperature"],
    [{ top_logprobs: 21 }, "top_logprobs"],
    [{ context_management: Array(17).fill({ type: "other" }) }, "context_management"],
    [{ reasoning: "high" }, "reasoning"],
    [{ reasoning: { effort: 5 } }, "reasoning.effort"],
    [{ text: { format: { type: "json_schema", schema: "x" } } }, "text.format.schema"],
    [{ metadata: { key: 1 } }, "metadata.key"],
    [{ stream: "yes" }, "stream"],
  ];
  for (const [body, param] of cases) {
    const error = refusalOf(body);
    assertEquals(error.param, param, JSON.stringify(body));
    assert(error.message.startsWith(`Cannot read ${param ?? "the request"}: `), error.message);
  }
});

Deno.test("`parseCreateResponse()` bounds the path that it repeats", () => {
  const { param } = refusalOf({ metadata: { ["k".repeat(100_000)]: 1 } });
  assertEquals(param?.length, 200);
});
