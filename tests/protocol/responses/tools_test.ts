import { assert, assertEquals } from "@std/assert";
import { chatTool, functionTool, notesOf, refusalOf, translate } from "./translating.ts";

/** The chat request's fields about tools. */
function toolsOf(body: Record<string, unknown>) {
  const { messages: _, ...fields } = translate({ input: "x", ...body }).chat;
  return fields;
}

const parameters = { type: "object", properties: { z: { type: "string" }, a: {} } };
const f = functionTool("f");
const g = functionTool("g");

Deno.test("`toChat()` nests a flat function, strict included [RT11]", () => {
  const tool = functionTool("f", { description: "d", parameters, strict: false });
  const { tools } = toolsOf({ tools: [tool] });
  assertEquals(tools, [chatTool("f", { description: "d", parameters, strict: false })]);
  assert(tools?.[0]?.function.parameters === parameters);
});

Deno.test("`toChat()` notes every tool that the model cannot be offered [RT12]", () => {
  const hosted = { type: "shell", environment: { type: "container_auto" } };
  const tools = [{ type: "web_search" }, f, hosted, { type: "tool_search" }, g];
  assertEquals(toolsOf({ tools }).tools, [chatTool("f"), chatTool("g")]);
  const { notes } = translate({ input: "x", tools });
  assertEquals(notes, [
    {
      code: "tool_not_offered",
      param: "tools[0]",
      message: 'The tool "(none)" of type "web_search" is not offered to the model.',
    },
    {
      code: "tool_not_offered",
      param: "tools[2]",
      message: 'The tool "(none)" of type "shell" is not offered to the model.',
    },
    {
      code: "tool_not_offered",
      param: "tools[3]",
      message: 'The tool "(none)" of type "tool_search" is not offered to the model.',
    },
  ]);
});

Deno.test("`toChat()` sends no tools, no choice and no parallelism without a tool [RT13]", () => {
  for (const tools of [undefined, null, []]) {
    assertEquals(toolsOf({ tools, tool_choice: "auto", parallel_tool_calls: true }), {});
  }
});

Deno.test("`toChat()` sends nothing about tools when none is offered [RT14]", () => {
  const tools = [{ type: "web_search" }, { type: "namespace", name: "n", tools: [] }];
  assertEquals(toolsOf({ tools, tool_choice: "auto", parallel_tool_calls: true }), {});
});

Deno.test("`toChat()` invents no description, parameters or strict [RT15]", () => {
  const tool = functionTool("f", { description: null, parameters: null, strict: null });
  assertEquals(toolsOf({ tools: [f] }).tools, [chatTool("f")]);
  assertEquals(toolsOf({ tools: [tool] }).tools, [chatTool("f")]);
});

Deno.test("`toChat()` passes the words of tool_choice, and tools stay for none [RT16]", () => {
  for (const tool_choice of ["none", "auto", "required"] as const) {
    assertEquals(toolsOf({ tools: [f], tool_choice }), { tools: [chatTool("f")], tool_choice });
  }
});

Deno.test("`toChat()` sends no tool_choice for null or none given [RT17]", () => {
  for (const tool_choice of [undefined, null]) {
    assertEquals(toolsOf({ tools: [f], tool_choice }), { tools: [chatTool("f")] });
  }
});

const forced = { type: "function", function: { name: "g" } } as const;

/** llama-server ignores a name in tool_choice, so the forced function is offered alone. */
const gAlone = { tools: [chatTool("g")], tool_choice: "required" as const };

Deno.test("`toChat()` offers a forced function alone and requires a call [RT18]", () => {
  const tool_choice = { type: "function", name: "g" } as const;
  assertEquals(toolsOf({ tools: [f, g], tool_choice }), gAlone);
});

Deno.test("`toChat()` takes a forced function that is nested already [RT19]", () => {
  assertEquals(toolsOf({ tools: [f, g], tool_choice: forced }), gAlone);
});

Deno.test("`toChat()` refuses a choice of what is not offered [RT20]", () => {
  const tools = [f, { type: "custom", name: "other" }];
  for (
    const tool_choice of [
      { type: "function", name: "other" },
      { type: "custom", name: "patch" },
      { type: "web_search" },
      { type: "mcp", server_label: "s" },
      { anything: 1 },
    ]
  ) {
    assertEquals(refusalOf({ input: "x", tools, tool_choice }).param, "tool_choice");
  }
  const nameless = { type: "function" };
  assertEquals(refusalOf({ input: "x", tools, tool_choice: nameless }).param, "tool_choice.name");
});

Deno.test("`toChat()` refuses to require a tool where there is none", () => {
  for (const tools of [undefined, [], [{ type: "web_search" }]]) {
    const body = { input: "x", tools };
    assertEquals(refusalOf({ ...body, tool_choice: "required" }).param, "tool_choice");
    const forced = { type: "function", name: "f" };
    assertEquals(refusalOf({ ...body, tool_choice: forced }).param, "tool_choice");
  }
});

Deno.test("`toChat()` shortens the list to allowed_tools", () => {
  const allowed = (mode: string | null, ...names: string[]) => ({
    type: "allowed_tools",
    mode,
    tools: names.map((name) => ({ type: "function", name })),
  });
  const tools = [f, g];
  assertEquals(toolsOf({ tools, tool_choice: allowed("auto", "g", "f") }), {
    tools: [chatTool("f"), chatTool("g")],
    tool_choice: "auto",
  });
  assertEquals(toolsOf({ tools, tool_choice: allowed("required", "g", "unknown") }), {
    tools: [chatTool("g")],
    tool_choice: "required",
  });
  assertEquals(toolsOf({ tools, tool_choice: allowed(null, "unknown") }), {});
  const refused = refusalOf({ input: "x", tools, tool_choice: allowed("required", "unknown") });
  assertEquals(refused.param, "tool_choice");
});

Deno.test("`toChat()` forwards parallel_tool_calls with tools", () => {
  const { parallel_tool_calls } = toolsOf({ tools: [f], parallel_tool_calls: false });
  assertEquals(parallel_tool_calls, false);
});

Deno.test("`toChat()` keeps the first of two tools with one name", () => {
  const tools = [functionTool("f", { description: "1" }), functionTool("f", { description: "2" })];
  assertEquals(toolsOf({ tools }).tools, [chatTool("f", { description: "1" })]);
  assertEquals(notesOf({ input: "x", tools }), ["tool_duplicate tools[1]"]);
});

Deno.test("`toChat()` refuses a function without a name [H14]", () => {
  for (const tool of [{ type: "function" }, { type: "function", function: { name: "f" } }]) {
    assertEquals(refusalOf({ input: "x", tools: [f, tool] }).param, "tools[1].name");
  }
});

Deno.test("`toChat()` leaves out schema keywords that llama.cpp cannot compile", () => {
  const tool = functionTool("f", {
    parameters: { type: "object", properties: { a: { type: "string", pattern: "x" } } },
  });
  assertEquals(toolsOf({ tools: [tool] }).tools, [
    chatTool("f", { parameters: { type: "object", properties: { a: { type: "string" } } } }),
  ]);
  assertEquals(notesOf({ input: "x", tools: [tool] }), ["schema_simplified tools[0].parameters"]);
});

Deno.test("`toChat()` offers the functions that items add", () => {
  const n = { type: "namespace", name: "n", tools: [functionTool("e")] };
  const input = [
    { type: "additional_tools", role: "developer", tools: [n, g] },
    { role: "user", content: "x" },
    { type: "tool_search_output", call_id: "c", tools: [functionTool("h")] },
  ];
  const { chat, notes } = translate({ input, tools: [f] });
  assertEquals(chat.tools?.map((tool) => tool.function.name), ["f", "n__e", "g", "h"]);
  assertEquals(notes.map(({ code, param }) => `${code} ${param}`), ["output_unmatched input[2]"]);
  const nameless = [{ type: "additional_tools", tools: [{ type: "function" }] }];
  assertEquals(refusalOf({ input: nameless }).param, "input[0].tools[0].name");
});

Deno.test("`toChat()` repeats a client's words in notes as short printable ASCII", () => {
  const tools = [{ type: "e\r\nvil: \u00e9" + "x".repeat(200) }];
  const [note] = translate({ input: "x", tools }).notes;
  assert(note !== undefined && /^[\x20-\x7e]{1,160}$/.test(note.message), note?.message);
});
