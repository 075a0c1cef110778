import { assertEquals } from "@std/assert";
import type { ChatMessage } from "../../../src/protocol/chat.ts";
import { assistant, call, chatOf, notesOf, read, result, text, tool, user } from "./translating.ts";

function messagesOf(...messages: unknown[]) {
  return chatOf({ messages, tools: [tool("look")] }).messages;
}

Deno.test("`fromMessages()` makes the system prompt the leading message", () => {
  const system = [
    { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.330.b6d;" },
    { type: "text", text: "One.", cache_control: { type: "ephemeral" } },
    { type: "text", text: "Two." },
  ];
  const expected: ChatMessage[] = [{ role: "system", content: "One.\n\nTwo." }, {
    role: "user",
    content: "Hi",
  }];
  assertEquals(chatOf({ system }).messages, expected);
  assertEquals(chatOf({ system: "One.\n\nTwo." }).messages, expected);
  const joined = "x-anthropic-billing-header: cc_version=2;\nOne.\n\nTwo.";
  assertEquals(chatOf({ system: joined }).messages, expected);
});

Deno.test("`fromMessages()` puts what follows the first prompt as a system message before it", () => {
  for (const content of ["You are here.", [text("You are here.")]]) {
    assertEquals(messagesOf(user(text("Go.")), { role: "system", content }), [{
      role: "user",
      content: "<system_update>\nYou are here.\n</system_update>\n\nGo.",
    }]);
  }
});

Deno.test("`fromMessages()` keeps a later system message in its place", () => {
  const [, , last] = messagesOf(
    user(text("Go.")),
    assistant(text("Gone.")),
    user(text("Back.")),
    { role: "system", content: "It is late." },
  );
  const content = "Back.\n\n<system_update>\nIt is late.\n</system_update>";
  assertEquals(last, { role: "user", content });
});

Deno.test("`fromMessages()` makes thought, text and call of a turn one message", () => {
  const [, said, returned] = messagesOf(
    user(text("Go.")),
    assistant(
      { type: "thinking", thinking: "Hm.", signature: "any" },
      text("Looking."),
      call("toolu_1", "look", { at: "x", b: 1 }),
    ),
    user(result("toolu_1", "seen")),
  );
  assertEquals(said?.role === "assistant" && [said.content, said.reasoning_content], [
    "Looking.",
    "Hm.",
  ]);
  const [made] = said?.role === "assistant" ? said.tool_calls ?? [] : [];
  assertEquals(made?.function, { name: "look", arguments: '{"at":"x","b":1}' });
  assertEquals(returned, { role: "tool", tool_call_id: made?.id ?? "", content: "seen" });
});

Deno.test("`fromMessages()` takes results first, in the order of their calls", () => {
  const messages = messagesOf(
    user(text("Go.")),
    assistant(call("a"), call("b")),
    user(text("And now?"), result("b", "two"), result("a", [text("one"), text("more")])),
  );
  assertEquals(messages.slice(2).map(({ role, content }) => [role, content]), [
    ["tool", "one\nmore"],
    ["tool", "two"],
    ["user", "And now?"],
  ]);
});

Deno.test("`fromMessages()` says that a tool failed, and what was loaded", () => {
  const contentOf = (block: unknown) =>
    messagesOf(user(text("Go.")), assistant(call("a")), user(block))[2]?.content;
  const failed = result("a", "no such file", { is_error: true });
  assertEquals(contentOf(failed), "[the tool failed]\nno such file");
  assertEquals(contentOf(result("a", "fine", { is_error: false })), "fine");
  const loaded = result("a", [{ type: "tool_reference", tool_name: "mcp__x__y" }]);
  assertEquals(contentOf(loaded), "[tool loaded: mcp__x__y]");
  assertEquals(contentOf(result("a", undefined)), "(no output)");
});

Deno.test("`fromMessages()` opens a thought that only its signature holds", () => {
  const said = (block: unknown) =>
    messagesOf(user(text("Go.")), assistant(block, text("Done.")), user(text("On.")))[1];
  const hidden = { type: "thinking", thinking: "", signature: "reasoning:secret" };
  assertEquals(said(hidden), { role: "assistant", content: "Done.", reasoning_content: "secret" });
  const redacted = { type: "redacted_thinking", data: "xyz" };
  assertEquals(said(redacted), { role: "assistant", content: "Done." });
  const messages = [user(text("Go.")), assistant(redacted), user(text("On."))];
  assertEquals(notesOf({ messages }), ["block_dropped messages[1].content[0]"]);
});

Deno.test("`fromMessages()` gives documents as text, and marks those that are none", () => {
  const shown = (source: object) =>
    messagesOf(user({ type: "document", title: "a.txt", source }))[0]?.content;
  const whole = '<document name="a.txt">\nred\n</document>';
  assertEquals(shown({ type: "text", media_type: "text/plain", data: "red" }), whole);
  assertEquals(shown({ type: "content", content: [text("red")] }), whole);
  const bytes = { type: "base64", media_type: "text/plain", data: btoa("red") };
  assertEquals(shown(bytes), '<file name="a.txt">\nred\n</file>');
  const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERg==" };
  assertEquals(shown(pdf), "[document omitted: a.txt is no text]");
  const image = { type: "image", source: { type: "base64", data: "iVBO" } };
  const mixed = { type: "content", content: [text("red"), image] };
  const marked = '<document name="a.txt">\nred\n[omitted: this is no text]\n</document>';
  assertEquals(shown(mixed), marked);
  const found = { type: "search_result", title: "T", source: "s", content: [image] };
  assertEquals(notesOf({ messages: [user(found)] }), ["document_omitted messages[0].content[0]"]);
  const messages = [user({ type: "document", source: { type: "url", url: "https://x/y" } })];
  assertEquals(notesOf({ messages }), ["document_omitted messages[0].content[0]"]);
});

Deno.test("`fromMessages()` marks images that a blind model cannot see, wherever they stand", () => {
  const image = {
    type: "image",
    source: { type: "base64", media_type: "image/png", data: "iVBO" },
  };
  const messages = messagesOf(
    user(text("See:"), image),
    assistant(call("a")),
    user(result("a", [image])),
  );
  const mark = "[image omitted: this model cannot see images]";
  assertEquals(messages[0]?.content, `See:\n${mark}`);
  assertEquals(messages[2]?.content, mark);
});

Deno.test("`fromMessages()` gives the calls of Anthropic's servers with what they returned", () => {
  const [, said, returned] = messagesOf(
    user(text("Go.")),
    assistant(
      { type: "server_tool_use", id: "srv_1", name: "web_search", input: { query: "q" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "srv_1",
        content: [{ type: "web_search_result", url: "https://x", encrypted_content: "zzz" }],
      },
      text("Found."),
    ),
    user(text("On.")),
  );
  const name = said?.role === "assistant" && said.tool_calls?.[0]?.function.name;
  assertEquals(name, "web_search");
  assertEquals(returned?.content, '[{"type":"web_search_result","url":"https://x"}]');
});

Deno.test("`fromMessages()` switches thinking on and off", () => {
  const off = { enable_thinking: false };
  const kwargs = (body: object) => chatOf({ ...body }).chat_template_kwargs;
  assertEquals(kwargs({}), off);
  assertEquals(kwargs({ thinking: { type: "disabled" } }), off);
  assertEquals(kwargs({ thinking: { type: "adaptive" } }), { enable_thinking: true });
  const thinking = { type: "enabled", budget_tokens: 2000 };
  assertEquals(chatOf({ thinking }).thinking_budget_tokens, 2000);
  const odd = { type: "enabled", budget_tokens: -7.5 };
  assertEquals(chatOf({ thinking: odd }).thinking_budget_tokens, undefined);
  const effort = chatOf(
    { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
    { vision: false, thinking: "reasoning_effort", control: null },
  );
  assertEquals(effort.reasoning_effort, "high");
});

Deno.test("`fromMessages()` keeps limits, sampling and the form of the answer", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const chat = chatOf({
    ...{ max_tokens: 32000, temperature: 0.5, top_p: 0.9, top_k: 20 },
    output_config: { format: { type: "json_schema", schema } },
  });
  assertEquals([chat.max_tokens, chat.temperature, chat.top_p, chat.top_k], [32000, 0.5, 0.9, 20]);
  const format = chat.response_format;
  assertEquals(format?.type === "json_schema" && format.json_schema.schema, schema);
  assertEquals(read({ stop_sequences: ["END"] }).stopSequences, ["END"]);
});

Deno.test("`fromMessages()` offers the client's own tools alone", () => {
  const tools = [tool("look"), { type: "bash_20250124", name: "bash" }, tool("see")];
  const chat = chatOf({ tools });
  assertEquals(chat.tools?.map((one) => one.function.name), ["look", "see"]);
  assertEquals(read({ tools }).request.tools?.[1], { type: "bash_20250124", name: "bash" });
});

Deno.test("`fromMessages()` translates the choice of a tool", () => {
  const tools = [tool("look"), tool("see")];
  const choice = (tool_choice: object) => chatOf({ tools, tool_choice });
  assertEquals(choice({ type: "auto" }).tool_choice, "auto");
  assertEquals(choice({ type: "any" }).tool_choice, "required");
  assertEquals(choice({ type: "none" }).tool_choice, "none");
  const forced = choice({ type: "tool", name: "see" });
  assertEquals(forced.tools?.map((one) => one.function.name), ["see"]);
  const single = choice({ type: "auto", disable_parallel_tool_use: true });
  assertEquals(single.parallel_tool_calls, false);
  // A choice among no tools is no reason to refuse.
  assertEquals(chatOf({ tools: [], tool_choice: { type: "auto" } }).tool_choice, undefined);
});

Deno.test("`fromMessages()` lets nobody invent what a search would find", () => {
  const search = { type: "web_search_20250305", name: "web_search", max_uses: 8 };
  assertEquals(read({ tools: [search] }).instead?.includes("not available"), true);
  assertEquals(read({ tools: [search, tool("look")] }).instead, null);
  assertEquals(read({ tools: [] }).instead, null);
});
