import { assert, assertEquals } from "@std/assert";
import type { ChatMessage } from "../../../src/protocol/chat.ts";
import {
  assistant,
  call,
  callId,
  functionTool,
  messagesOf,
  notesOf,
  output,
  PIXEL,
  plain,
  seeing,
  translate,
  user,
} from "./translating.ts";

/** The calls of an assistant's turn, upstream. */
function calls(...names: [id: string, name?: string, args?: string][]) {
  return names.map(([id, name = "look", args = '{"at":"x"}']) => ({
    id,
    type: "function" as const,
    function: { name, arguments: args },
  }));
}

function tool(tool_call_id: string, content = "seen") {
  return { role: "tool" as const, tool_call_id, content };
}

const reasoning = (text: string) => ({
  type: "reasoning",
  content: [{ type: "reasoning_text", text }],
});

Deno.test("`toChat()` makes instructions the leading system message [RA16]", () => {
  const { messages } = translate({ instructions: "Be brief.", input: "Hi" }).chat;
  assertEquals(messages, [{ role: "system", content: "Be brief." }, user("Hi") as ChatMessage]);
});

Deno.test("`toChat()` keeps the order and the roles of messages [RA17]", () => {
  const input = [user("a"), assistant("b"), user("c")];
  assertEquals(messagesOf(input), input as ChatMessage[]);
});

Deno.test("`toChat()` maps a developer message to system [RA18]", () => {
  assertEquals(messagesOf([{ role: "developer", content: "d" }, user("a")]), [
    { role: "system", content: "d" },
    { role: "user", content: "a" },
  ]);
});

Deno.test("`toChat()` maps parts to text and image_url, the URL unchanged [RA19]", () => {
  const content = [
    { type: "input_text", text: "a" },
    { type: "input_image", image_url: PIXEL, detail: "original" },
    { type: "input_text", text: "b" },
  ];
  assertEquals(messagesOf([{ role: "user", content }], seeing), [{
    role: "user",
    content: [
      { type: "text", text: "a" },
      { type: "image_url", image_url: { url: PIXEL } },
      { type: "text", text: "b" },
    ],
  }]);
});

Deno.test("`toChat()` puts instructions before the list [RA23]", () => {
  const { messages } = translate({ instructions: "i", input: [user("a")] }).chat;
  assertEquals(messages.map(({ role }) => role), ["system", "user"]);
});

Deno.test("`toChat()` pairs an output without call_id with the open call, or makes it text [RT09]", () => {
  assertEquals(messagesOf([user("a"), call("c1"), output(null), output(null, "alone")]), [
    { role: "user", content: "a" },
    { role: "assistant", content: "", tool_calls: calls([callId(0)]) },
    tool(callId(0)),
    {
      role: "user",
      content: "[output of a tool call that is not part of this conversation]\nalone",
    },
  ]);
});

Deno.test("`toChat()` gives an output the id of its call [RT21]", () => {
  const [, assistant, answer] = messagesOf([user("a"), call("call_1"), output("call_1")]);
  assert(assistant?.role === "assistant" && answer?.role === "tool");
  assertEquals(assistant.tool_calls?.map(({ id }) => id), [answer.tool_call_id]);
});

Deno.test("`toChat()` merges instructions and developer text into one system message [RT22]", () => {
  const input = [{ role: "developer", content: "d" }, user("a")];
  const { messages } = translate({ instructions: "i", input }).chat;
  assertEquals(messages[0], { role: "system", content: "i\n\nd" });
});

Deno.test("`toChat()` keeps a later developer text in its place, as marked user text [RT23]", () => {
  const input = [user("a"), assistant("b"), { role: "developer", content: "d" }, user("c")];
  assertEquals(messagesOf(input), [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
    { role: "user", content: "<system_update>\nd\n</system_update>\n\nc" },
  ]);
});

Deno.test("`toChat()` sends no system message without system text [RT24]", () => {
  const input = [{ role: "developer", content: "" }, user("a")];
  assertEquals(translate({ instructions: "", input }).chat.messages, [
    { role: "user", content: "a" },
  ]);
});

Deno.test("`toChat()` merges leading system messages in their order [RT25]", () => {
  const input = [
    { type: "additional_tools", tools: [] },
    { role: "system", content: "1" },
    { role: "developer", content: [{ type: "input_text", text: "2" }] },
    user("a"),
  ];
  assertEquals(messagesOf(input)[0], { role: "system", content: "1\n\n2" });
});

Deno.test("`toChat()` flattens an output of parts to text [RT26]", () => {
  const parts = [{ type: "input_text", text: "1" }, { type: "output_text", text: "2" }];
  assertEquals(messagesOf([user("a"), call("c"), output("c", parts)]).at(-1), {
    role: "tool",
    tool_call_id: callId(0),
    content: "1\n2",
  });
});

Deno.test("`toChat()` flattens a replayed answer, annotations and logprobs aside [RT34]", () => {
  const content = [{ type: "output_text", text: "t", annotations: [], logprobs: [] }];
  const answer = { type: "message", role: "assistant", phase: "final_answer", content };
  assertEquals(messagesOf([user("a"), answer, user("b")])[1], { role: "assistant", content: "t" });
});

Deno.test("`toChat()` keeps reasoning with the turn it belongs to [RT35]", () => {
  const input = [
    user("a"),
    reasoning("hm"),
    call("c"),
    output("c"),
    reasoning("so"),
    assistant("b"),
  ];
  assertEquals(messagesOf([...input, user("c")]), [
    { role: "user", content: "a" },
    {
      role: "assistant",
      content: "",
      reasoning_content: "hm",
      tool_calls: calls([callId(0)]),
    },
    tool(callId(0)),
    { role: "assistant", content: "b", reasoning_content: "so" },
    { role: "user", content: "c" },
  ]);
});

Deno.test("`toChat()` drops an unknown content part with a note, or keeps its text [RT36]", () => {
  const content = [{ type: "input_audio", data: "" }, { type: "brand_new", text: "t" }];
  const body = { input: [{ role: "user", content }] };
  assertEquals(translate(body).chat.messages, [{ role: "user", content: "t" }]);
  assertEquals(notesOf(body), ["part_dropped input[0].content[0]"]);
});

Deno.test("`toChat()` translates the whole shape of a Codex history [RT37]", () => {
  const input = [
    { type: "message", role: "developer", content: [{ type: "input_text", text: "rules" }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "do" }] },
    { type: "reasoning", summary: [{ type: "summary_text", text: "s" }], encrypted_content: null },
    call("c"),
    output("c"),
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "done" }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "more" }] },
  ];
  assertEquals(messagesOf(input), [
    { role: "system", content: "rules" },
    { role: "user", content: "do" },
    { role: "assistant", content: "", reasoning_content: "s", tool_calls: calls([callId(0)]) },
    tool(callId(0)),
    { role: "assistant", content: "done" },
    { role: "user", content: "more" },
  ]);
});

Deno.test("`toChat()` makes text parts a plain string [RT38]", () => {
  const content = [{ type: "input_text", text: "1" }, { type: "input_text", text: "2" }];
  assertEquals(messagesOf([{ role: "user", content }]), [{ role: "user", content: "1\n2" }]);
});

Deno.test("`toChat()` replaces an empty, blank or empty-list output [H12]", () => {
  for (const nothing of ["", " \n\t", [], null, [{ type: "input_text", text: "" }]]) {
    assertEquals(messagesOf([user("a"), call("c"), output("c", nothing)]).at(-1), {
      role: "tool",
      tool_call_id: callId(0),
      content: "(no output)",
    });
  }
});

Deno.test("`toChat()` merges text, reasoning and calls of one turn into one message", () => {
  const input = [
    user("a"),
    reasoning("r1"),
    assistant("t1"),
    reasoning("r2"),
    call("c1"),
    assistant("t2"),
    call("c2", "touch", "{}"),
    output("c1", "1"),
    output("c2", "2"),
  ];
  assertEquals(messagesOf(input), [
    { role: "user", content: "a" },
    {
      role: "assistant",
      content: "t1\n\nt2",
      reasoning_content: "r1\n\nr2",
      tool_calls: calls([callId(0)], [callId(1), "touch", "{}"]),
    },
    tool(callId(0), "1"),
    tool(callId(1), "2"),
  ]);
});

Deno.test("`toChat()` writes outputs in the order of their calls", () => {
  const input = [user("a"), call("c1"), call("c2"), output("c2", "2"), output("c1", "1")];
  assertEquals(messagesOf(input).slice(2), [tool(callId(0), "1"), tool(callId(1), "2")]);
});

Deno.test("`toChat()` begins a new turn after an output", () => {
  const input = [user("a"), call("c1"), output("c1", "1"), call("c2"), output("c2", "2")];
  assertEquals(messagesOf(input).map(({ role }) => role), [
    "user",
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
});

Deno.test("`toChat()` finds the output that a user's message came before", () => {
  const input = [user("a"), call("c"), user("wait"), output("c"), user("go")];
  assertEquals(messagesOf(input), [
    { role: "user", content: "a" },
    { role: "assistant", content: "", tool_calls: calls([callId(0)]) },
    tool(callId(0)),
    { role: "user", content: "wait\n\ngo" },
  ]);
});

Deno.test("`toChat()` answers a call that nobody answered, also the last one", () => {
  const unanswered = tool(callId(0), "[no output was recorded for this call]");
  assertEquals(messagesOf([user("a"), call("c"), user("b")])[2], unanswered);
  // llama-server refuses a conversation that ends with a call.
  assertEquals(messagesOf([user("a"), call("c")])[2], unanswered);
});

Deno.test("`toChat()` gives a user's text to the output of an unknown call, with a note", () => {
  const input = [user("a"), output("nobody", "text")];
  assertEquals(messagesOf(input), [{
    role: "user",
    content: "a\n\n[output of a tool call that is not part of this conversation]\ntext",
  }]);
  assertEquals(notesOf({ input }), ["output_unmatched input[1]"]);
});

Deno.test("`toChat()` joins neighbouring user messages, parts in order", () => {
  const image = { type: "input_image", image_url: PIXEL };
  const input = [user("a"), { role: "user", content: [image] }, user("b"), user("c")];
  assertEquals(messagesOf(input, seeing), [{
    role: "user",
    content: [
      { type: "text", text: "a" },
      { type: "image_url", image_url: { url: PIXEL } },
      { type: "text", text: "b\n\nc" },
    ],
  }]);
});

Deno.test("`toChat()` lets a user speak first and last", () => {
  const go = { role: "user", content: "Continue." };
  assertEquals(messagesOf([assistant("a"), user("b")])[0], go as ChatMessage);
  assertEquals(messagesOf([call("c"), output("c")])[0], go as ChatMessage);
  // A last assistant message would be a prefill for llama-server, which repeats its text.
  assertEquals(messagesOf([user("a"), assistant("b")]).at(-1), go as ChatMessage);
  assertEquals(messagesOf([user("a"), reasoning("r")]).at(-1), go as ChatMessage);
  assertEquals(messagesOf([{ role: "developer", content: "d" }]).at(-1), go as ChatMessage);
});

Deno.test("`toChat()` parts a tool's output from the user where turns must alternate", () => {
  const input = [user("a"), call("c"), output("c"), user("b")];
  const roles = (facts = plain) => messagesOf(input, facts).map(({ role }) => role);
  const { alternates: _, ...unsaid } = plain;
  assertEquals(roles(), ["user", "assistant", "tool", "user"]);
  for (const facts of [unsaid, { ...plain, alternates: true }]) {
    assertEquals(roles(facts), ["user", "assistant", "tool", "assistant", "user"]);
    assertEquals(messagesOf(input, facts)[3], { role: "assistant", content: "(continuing)" });
  }
});

Deno.test("`toChat()` shows the images of outputs in a user's turn after all of them", () => {
  const seen = [{ type: "input_text", text: "1" }, { type: "input_image", image_url: PIXEL }];
  const input = [user("a"), call("c1"), call("c2", "zoom"), output("c1", seen), output("c2", seen)];
  const image = { type: "image_url", image_url: { url: PIXEL } } as const;
  assertEquals(messagesOf([...input, user("b")], seeing).slice(2), [
    tool(callId(0), "1\n[image: shown in the next message]"),
    tool(callId(1), "1\n[image: shown in the next message]"),
    {
      role: "user",
      content: [
        { type: "text", text: "[image from look]" },
        image,
        { type: "text", text: "[image from zoom]" },
        image,
        { type: "text", text: "b" },
      ],
    },
  ]);
});

Deno.test("`toChat()` replays a custom tool's call as a function with one string", () => {
  const patch = '*** Begin Patch\n+"x"\n*** End Patch';
  const input = [
    user("a"),
    { type: "custom_tool_call", call_id: "c", name: "apply_patch", input: patch },
    { type: "custom_tool_call_output", call_id: "c", output: "done" },
  ];
  assertEquals(messagesOf(input).slice(1), [
    {
      role: "assistant",
      content: "",
      tool_calls: calls([callId(0), "apply_patch", JSON.stringify({ input: patch })]),
    },
    tool(callId(0), "done"),
  ]);
});

Deno.test("`toChat()` replays OpenAI's built-in tools as functions of their names", () => {
  const tools = [functionTool("b", { description: " About b.\nMore." }), {
    type: "custom",
    name: "c",
  }];
  const found = { type: "namespace", name: "n", tools };
  const action = { type: "exec", command: ["ls"], env: {}, user: null };
  const input = [
    { type: "local_shell_call", id: "l", action },
    { type: "local_shell_call_output", id: "l", output: "files" },
    { type: "shell_call", call_id: "s", action: { commands: ["ls"] } },
    { type: "shell_call_output", call_id: "s", output: [{ stdout: "x" }] },
    { type: "apply_patch_call", call_id: "p", operation: { type: "delete_file", path: "x" } },
    { type: "apply_patch_call_output", call_id: "p", status: "failed" },
    { type: "tool_search_call", call_id: "t", arguments: { query: "q" } },
    { type: "tool_search_call", call_id: "u", arguments: { query: "r" } },
    { type: "tool_search_output", call_id: "t", tools: [found] },
    { type: "tool_search_output", call_id: "u", tools: [] },
    { type: "mcp_call", name: "add", server_label: "s", arguments: '{"a":1}', output: "2" },
    { type: "mcp_call", name: "sub", server_label: "s", arguments: "", error: { code: 1 } },
    { type: "file_search_call", queries: ["q"], results: [{ text: "r" }] },
  ];
  const said = messagesOf([user("a"), ...input]).slice(1).map((message) => {
    if (message.role === "tool") return message.content;
    assert(message.role === "assistant");
    return message.tool_calls?.map((call) => `${call.function.name} ${call.function.arguments}`);
  });
  assertEquals(said, [
    ['local_shell {"command":["ls"]}'],
    "files",
    ['shell {"commands":["ls"]}'],
    '[{"stdout":"x"}]',
    ['apply_patch {"type":"delete_file","path":"x"}'],
    "failed",
    ['tool_search {"query":"q"}', 'tool_search {"query":"r"}'],
    "Found; call by name:\n- n__b: About b.\n- n__c",
    "No tools were found.",
    ['add {"a":1}'],
    "2",
    ["sub {}"],
    '{"code":1}',
    ['file_search {"queries":["q"]}'],
    '[{"text":"r"}]',
  ]);
});

Deno.test("`toChat()` leaves out items that it does not know, with a note each", () => {
  const types = [
    ..."web_search_call program".split(" "),
    ..."image_generation_call mcp_list_tools agent_message brand_new".split(" "),
  ];
  const input = [
    ...types.map((type) => ({ type, id: "x", call_id: 5 })),
    user("a"),
  ];
  assertEquals(messagesOf(input), [{ role: "user", content: "a" }]);
  assertEquals(notesOf({ input }), types.map((_, i) => `item_dropped input[${i}]`));
});

Deno.test("`toChat()` takes reasoning's content before its summary, joined by paragraphs", () => {
  const summary = [{ type: "summary_text", text: "s1" }, { type: "summary_text", text: "s2" }];
  const content = [{ type: "reasoning_text", text: "c1" }, { type: "reasoning_text", text: "c2" }];
  const thought = (item: Record<string, unknown>) => {
    const [, turn] = messagesOf([user("a"), { type: "reasoning", ...item }, assistant("b")]);
    return turn?.role === "assistant" ? turn.reasoning_content : null;
  };
  const encrypted_content = "sealed";
  assertEquals(thought({ summary, content, encrypted_content }), "c1\n\nc2");
  for (const none of [[], null, undefined, [{ type: "reasoning_text", text: "" }]]) {
    assertEquals(thought({ summary, content: none, encrypted_content }), "s1\n\ns2");
  }
});

Deno.test("`toChat()` drops reasoning that is sealed, with a note, and empty reasoning without", () => {
  const sealed = { type: "reasoning", summary: [], encrypted_content: "sealed" };
  const empty = { type: "reasoning", summary: [], encrypted_content: "" };
  const input = [user("a"), sealed, empty, assistant("b")];
  assertEquals(messagesOf(input)[1], { role: "assistant", content: "b" });
  assertEquals(notesOf({ input }), ["reasoning_dropped input[1].encrypted_content"]);
});

Deno.test("`toChat()` keeps a turn that was only reasoning", () => {
  assertEquals(messagesOf([user("a"), reasoning("r"), user("b")])[1], {
    role: "assistant",
    content: "",
    reasoning_content: "r",
  });
});

Deno.test("`toChat()` uses the text of a refusal", () => {
  const content = [{ type: "refusal", refusal: "I won't." }];
  const input = [user("a"), { role: "assistant", content }, user("b")];
  assertEquals(messagesOf(input)[1], { role: "assistant", content: "I won't." });
});

Deno.test("`toChat()` takes a hundred thousand items in its stride", () => {
  const input = Array.from(
    { length: 25_000 },
    () => [call("c"), output("c"), user("a"), call(null)],
  );
  assertEquals(messagesOf(input.flat()).length, 100_002);
});

Deno.test("`toChat()` gives each parallel call a message where the template shows one only", () => {
  const input = [
    user("a"),
    { type: "reasoning", content: [{ type: "reasoning_text", text: "t" }] },
    call("c1"),
    call("c2", "zoom"),
    output("c1", "1"),
    output("c2", "2"),
  ];
  const said = messagesOf(input, { ...plain, singleCalls: true }).slice(1);
  assertEquals(said, [
    {
      role: "assistant",
      content: "",
      reasoning_content: "t",
      tool_calls: calls([callId(0), "look", '{"at":"x"}']),
    },
    tool(callId(0), "1"),
    { role: "assistant", content: "", tool_calls: calls([callId(1), "zoom", '{"at":"x"}']) },
    tool(callId(1), "2"),
  ]);
});

Deno.test("`toChat()` joins text and thought beside a call where the template would drop the text", () => {
  const thought = { type: "reasoning", content: [{ type: "reasoning_text", text: "t" }] };
  const facts = { ...plain, hidesText: true };
  const turnOf = (...items: unknown[]) => messagesOf([user("a"), ...items], facts)[1];
  const tool_calls = calls([callId(0), "look", '{"at":"x"}']);
  const role = "assistant" as const;
  const joined = { role, content: "", reasoning_content: "t\n\nb", tool_calls };
  assertEquals(turnOf(thought, assistant("b"), call("c"), output("c")), joined);
  const alone = { role, content: "b", tool_calls };
  assertEquals(turnOf(assistant("b"), call("c"), output("c")), alone);
  const uncalled = { role, content: "b", reasoning_content: "t" };
  assertEquals(turnOf(thought, assistant("b"), user("c")), uncalled);
});
