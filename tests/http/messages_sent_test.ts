/** What llama-server is sent for a Messages request. */
import { assertEquals } from "@std/assert";
import { MESSAGES, testApp } from "./test_app.ts";

type Sent = Record<string, unknown>;

const hello = { role: "user", content: "Hello" };
const schema = { type: "object", properties: { path: { type: "string" } }, required: ["path"] };
const read = { name: "Read", description: "Reads a file", input_schema: schema };
const list = { name: "List", input_schema: { type: "object" } };
const call = { type: "tool_use", id: "toolu_1", name: "Read", input: { path: "a" } };
const result = { type: "tool_result", tool_use_id: "toolu_1", content: "One" };
const asFunction = {
  type: "function",
  function: { name: "Read", description: "Reads a file", parameters: schema },
};
/** Names of calls are Chaski's own, because Mistral's template takes no others. */
const asCall = {
  id: "call00000",
  type: "function",
  function: { name: "Read", arguments: '{"path":"a"}' },
};
const text = (words: string) => ({ type: "text", text: words });

/** A request and the fields that matter of what is sent for it. */
const CASES: [name: string, request: object, sent: Sent][] = [
  ["a minimal request, and asks for no sampling of its own [AM01] [AM08]", {}, {
    messages: [hello],
    temperature: undefined,
    top_p: undefined,
    top_k: undefined,
    min_p: undefined,
    presence_penalty: undefined,
    repeat_penalty: undefined,
    stop: undefined,
    tools: undefined,
  }],
  ["a request without max_tokens [AM02]", { max_tokens: undefined }, { max_tokens: undefined }],
  ["fields that nobody knows, and none of them [AM05]", {
    enable_tools: true,
    min_p: 0.1,
    context_management: { edits: [] },
    container: "c",
  }, { messages: [hello], enable_tools: undefined, min_p: undefined, container: undefined }],
  ["limits and sampling", { max_tokens: 7, temperature: 0.5, top_p: 0.9, top_k: 3 }, {
    max_tokens: 7,
    temperature: 0.5,
    top_p: 0.9,
    top_k: 3,
  }],
  ["a request without thinking as one that is not to think", {}, {
    chat_template_kwargs: { enable_thinking: false },
  }],
  ["a bound of thinking", { thinking: { type: "enabled", budget_tokens: 2000 } }, {
    thinking_budget_tokens: 2000,
    chat_template_kwargs: undefined,
  }],
  ["a user's text, as a string or as a block [AM10]", {
    messages: [{ role: "user", content: [text("Hello")] }],
  }, { messages: [hello] }],
  ["a system text in front [AM03] [AM11]", { system: "Be brief." }, {
    messages: [{ role: "system", content: "Be brief." }, hello],
  }],
  ["system blocks as one text [AM12]", {
    system: [text("Be brief."), { ...text("Be kind."), cache_control: { type: "ephemeral" } }],
  }, { messages: [{ role: "system", content: "Be brief.\n\nBe kind." }, hello] }],
  ["many turns in their order [AM13]", {
    messages: [hello, { role: "assistant", content: "Yes." }, { role: "user", content: "And?" }],
  }, {
    messages: [hello, { role: "assistant", content: "Yes." }, { role: "user", content: "And?" }],
  }],
  ["a call with its arguments as JSON, and its result by its id [AM14] [AM15]", {
    messages: [hello, { role: "assistant", content: [call] }, { role: "user", content: [result] }],
  }, {
    messages: [
      hello,
      { role: "assistant", content: "", tool_calls: [asCall] },
      { role: "tool", tool_call_id: "call00000", content: "One" },
    ],
  }],
  ["thought, text and call of one message together [AM16]", {
    messages: [
      hello,
      {
        role: "assistant",
        content: [{ type: "thinking", thinking: "Hm.", signature: "" }, text("I read."), call],
      },
      { role: "user", content: [result] },
    ],
  }, {
    messages: [
      hello,
      { role: "assistant", content: "I read.", reasoning_content: "Hm.", tool_calls: [asCall] },
      { role: "tool", tool_call_id: "call00000", content: "One" },
    ],
  }],
  ["a result of blocks as text, before what the user says [AM17]", {
    messages: [
      hello,
      { role: "assistant", content: [call] },
      {
        role: "user",
        content: [text("And?"), { ...result, content: [text("One"), text("two")] }],
      },
    ],
  }, {
    messages: [
      hello,
      { role: "assistant", content: "", tool_calls: [asCall] },
      { role: "tool", tool_call_id: "call00000", content: "One\ntwo" },
      { role: "user", content: "And?" },
    ],
  }],
  ["a tool as a function [AM04] [AM18]", { tools: [read] }, { tools: [asFunction] }],
  ["several tools, typed or not [AM19] [AM21]", { tools: [{ ...read, type: "custom" }, list] }, {
    tools: [asFunction, {
      type: "function",
      function: { name: "List", parameters: { type: "object" } },
    }],
  }],
  ["no tools for an empty list [AM20]", { tools: [], tool_choice: { type: "any" } }, {
    tools: undefined,
    tool_choice: undefined,
  }],
];

/** What a choice becomes, among the tools Read and List. */
const CHOICES: [name: string, choice: object | null, sent: Sent][] = [
  ["tool_choice auto [OT30]", { type: "auto" }, { tool_choice: "auto" }],
  ["tool_choice any as required [OT31]", { type: "any" }, { tool_choice: "required" }],
  ["tool_choice none [OT32]", { type: "none" }, { tool_choice: "none" }],
  ["tool_choice tool as a required call of it alone [OT33]", { type: "tool", name: "List" }, {
    tool_choice: "required",
    tools: [{ type: "function", function: { name: "List", parameters: { type: "object" } } }],
  }],
  ["no tool_choice for none [OT35]", null, { tool_choice: undefined }],
  ["an unknown tool_choice as auto [OT36]", { type: "sometimes" }, { tool_choice: "auto" }],
  ["no parallel calls where they are disabled", {
    type: "auto",
    disable_parallel_tool_use: true,
  }, { parallel_tool_calls: false }],
];

const WITH_TOOLS = CHOICES.map(([name, tool_choice, sent]) =>
  [name, { tools: [read, list], tool_choice }, sent] as const
);

for (const [name, request, expected] of [...CASES, ...WITH_TOOLS]) {
  Deno.test(`createMessage() sends ${name}`, async () => {
    await using app = await testApp();
    const response = await app.post(MESSAGES.path, { ...MESSAGES.body, ...request });
    assertEquals([response.status, await response.json().then(({ type }) => type)], [
      200,
      "message",
    ]);
    const sent = app.fake.requests[0]?.body ?? {};
    assertEquals(
      Object.fromEntries(Object.keys(expected).map((key) => [key, sent[key]])),
      expected,
    );
    assertEquals([sent.model, sent.stream, sent.return_progress], ["tiny", true, true]);
  });
}

Deno.test("createMessage() refuses the choice of a tool that has no name [OT34]", async () => {
  await using app = await testApp();
  const tool_choice = { type: "tool" };
  const response = await app.post(MESSAGES.path, { ...MESSAGES.body, tools: [read], tool_choice });
  assertEquals(response.status, 400);
  await response.body?.cancel();
  assertEquals(app.fake.requests.length, 0);
});
