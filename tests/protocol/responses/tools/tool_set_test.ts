import { assert, assertEquals } from "@std/assert";
import { chatTool, functionTool, notesOf, refusalOf, translate, user } from "../translating.ts";

/** Names, and forms as their kinds with the client's names. */
function offeredBy(body: Record<string, unknown>): string[] {
  return translate({ input: "x", ...body }).callable.map(({ chat, form }) =>
    [chat.function.name, form.kind, ..."name" in form ? [form.namespace, form.name] : []].join(" ")
  );
}

const add = functionTool("add", { description: "Adds.", parameters: { type: "object" } });
const mcp = { type: "namespace", name: "mcp__lab", description: "A lab.", tools: [add] };
const patch = { type: "custom", name: "apply_patch", description: "Edits files." };

Deno.test("`toChat()` offers the tools of namespaces under flat names", () => {
  assertEquals(offeredBy({ tools: [add, mcp] }), [
    "add function  add",
    "mcp__lab__add function mcp__lab add",
  ]);
  const { chat } = translate({ input: "x", tools: [mcp] });
  assertEquals(chat.tools, [
    chatTool("mcp__lab__add", {
      description: "[mcp__lab: A lab.] Adds.",
      parameters: { type: "object" },
    }),
  ]);
});

Deno.test("`toChat()` tells names apart that are flat alike, in the order of declaration", () => {
  const flat = functionTool("a__b");
  const tools = [
    flat,
    { type: "namespace", name: "a", tools: [functionTool("b")] },
    { type: "namespace", name: "a__", tools: [functionTool("b")] },
  ];
  assertEquals(offeredBy({ tools }), [
    "a__b function  a__b",
    "a__b_2 function a b",
    "a__b_3 function a__ b",
  ]);
  // What comes later renames nothing.
  assertEquals(offeredBy({ tools: tools.slice(0, 2) }), offeredBy({ tools }).slice(0, 2));
});

Deno.test("`toChat()` keeps the first of two equal tools of a namespace", () => {
  assertEquals(offeredBy({ tools: [mcp, mcp] }), ["mcp__lab__add function mcp__lab add"]);
  assertEquals(notesOf({ input: "x", tools: [mcp, mcp] }), ["tool_duplicate tools[1].tools[0]"]);
});

Deno.test("`toChat()` names the calls of a history like the tools, offered or not", () => {
  const call = (name: string, namespace?: string) => ({
    type: "function_call",
    call_id: `${namespace} ${name}`,
    name,
    namespace,
    arguments: "{}",
  });
  const tools = [
    functionTool("mcp__lab__add"),
    mcp,
    { type: "namespace", name: "é", tools: [patch] },
  ];
  const input = [
    user("x"),
    call("add"),
    call("add", "mcp__lab"),
    call("gone", "mcp__lab"),
    { type: "custom_tool_call", call_id: "c", namespace: "é", name: "apply_patch", input: "p" },
  ];
  const [, turn] = translate({ input, tools }).chat.messages;
  assert(turn?.role === "assistant");
  assertEquals(turn.tool_calls?.map((one) => one.function.name), [
    "add",
    "mcp__lab__add_2",
    "mcp__lab__gone",
    "___apply_patch",
  ]);
  assertEquals(turn.tool_calls?.at(-1)?.function.arguments, '{"input":"p"}');
});

Deno.test("`toChat()` offers a custom tool as a function with one string", () => {
  const [tool] = translate({ input: "x", tools: [patch] }).chat.tools ?? [];
  assertEquals(tool?.function.name, "apply_patch");
  assert(tool?.function.description !== undefined);
  assertEquals(tool.function.parameters, {
    type: "object",
    properties: { input: { type: "string" } },
    required: ["input"],
    additionalProperties: false,
  });
});

Deno.test("`toChat()` offers the tools that clients know by type", () => {
  const tools = [
    { type: "tool_search", execution: "client", parameters: { type: "object", properties: {} } },
    { type: "local_shell" },
    { type: "shell", environment: { type: "local" } },
    { type: "apply_patch" },
  ];
  assertEquals(offeredBy({ tools }), [
    "tool_search tool_search",
    "local_shell local_shell",
    "shell shell",
    "apply_patch apply_patch",
  ]);
  const [search, ...others] = translate({ input: "x", tools }).chat.tools ?? [];
  assertEquals(search?.function.parameters, { type: "object", properties: {} });
  for (const { function: { parameters } } of others) {
    assert(typeof parameters === "object" && parameters !== null && "required" in parameters);
  }
});

Deno.test("`toChat()` offers what was found by tool_search from then on", () => {
  const input = [
    user("x"),
    { type: "tool_search_call", call_id: "t", arguments: { query: "add" } },
    {
      type: "tool_search_output",
      call_id: "t",
      tools: [{ ...mcp, tools: [{ ...add, defer_loading: true }] }],
    },
  ];
  const tools = [{ type: "tool_search", execution: "client" }];
  assertEquals(offeredBy({ input, tools }), [
    "tool_search tool_search",
    "mcp__lab__add function mcp__lab add",
  ]);
});

Deno.test("`toChat()` forces tools of every kind by the client's own names", () => {
  const tools = [add, mcp, patch, { type: "local_shell" }];
  const chosen = (tool_choice: unknown) => offeredBy({ tools, tool_choice });
  assertEquals(chosen({ type: "function", name: "add" }), ["add function  add"]);
  const lab = ["mcp__lab__add function mcp__lab add"];
  assertEquals(chosen({ type: "function", name: "add", namespace: "mcp__lab" }), lab);
  assertEquals(chosen({ type: "function", name: "mcp__lab__add" }), lab);
  assertEquals(chosen({ type: "custom", name: "apply_patch" }), [
    "apply_patch custom  apply_patch",
  ]);
  assertEquals(chosen({ type: "local_shell" }), ["local_shell local_shell"]);
  const listed = [{ type: "custom", name: "apply_patch" }, { type: "local_shell" }];
  assertEquals(chosen({ type: "allowed_tools", tools: listed }), [
    "apply_patch custom  apply_patch",
    "local_shell local_shell",
  ]);
  for (const type of ["web_search", "shell", "custom"]) {
    const tool_choice = { type, name: "other" };
    assertEquals(refusalOf({ input: "x", tools, tool_choice }).param, "tool_choice");
  }
});

Deno.test("`toChat()` has nothing called where the choice is none", () => {
  const { callable, chat } = translate({ input: "x", tools: [add], tool_choice: "none" });
  assertEquals([callable, chat.tools?.length, chat.tool_choice], [[], 1, "none"]);
});
