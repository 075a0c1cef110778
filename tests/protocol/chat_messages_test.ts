import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fitMessages } from "../../src/protocol/chat_messages.ts";
import { ApiError } from "../../src/protocol/error.ts";
import type { Note } from "../../src/protocol/note.ts";

const BLIND = { vision: false, images: "omit" } as const;
const SEEING = { vision: true, images: "omit" } as const;

function fit(messages: readonly unknown[], facts: Parameters<typeof fitMessages>[1] = BLIND) {
  const notes: Note[] = [];
  return { messages: fitMessages(messages, facts, notes), notes };
}

const call = (args: string) => ({
  id: "call_1",
  type: "function",
  function: { name: "f", arguments: args },
});
const picture = (url: string) => ({ type: "image_url", image_url: { url } });

/** Conversations that need no change: the client's own list goes upstream. */
const UNTOUCHED: readonly [string, unknown[]][] = [
  ["a tool message with its id [OT01]", [
    { role: "user", content: "x" },
    { role: "assistant", content: null, tool_calls: [call("{}")] },
    { role: "tool", tool_call_id: "call_1", content: "y" },
  ]],
  ["a tool message with a name [OT02]", [
    { role: "user", content: "x" },
    { role: "tool", tool_call_id: "call_1", name: "f", content: "y" },
  ]],
  ["an assistant's calls without content [OT03] [OT07]", [
    { role: "user", content: "x" },
    { role: "assistant", tool_calls: [call('{"a": 1}')] },
  ]],
  ["an assistant's content beside calls [OT04]", [
    { role: "user", content: "x" },
    { role: "assistant", content: "I look.", tool_calls: [call("{}")] },
  ]],
  ["a plain user message [OT05]", [{ role: "user", content: "x" }]],
  ["empty texts [OT10] [OT11]", [
    { role: "system", content: "" },
    { role: "user", content: "" },
  ]],
  ["a list of no parts [OT12]", [{ role: "user", content: [] }]],
  ["an empty tool output [OT13]", [
    { role: "user", content: "x" },
    { role: "tool", tool_call_id: "call_1", content: "" },
  ]],
  ["an assistant without content or calls [OT14]", [
    { role: "user", content: "x" },
    { role: "assistant" },
  ]],
  ["fields on roles that do not know them, for llama-server to judge [OT15] [OT16] [OT17]", [
    { role: "user", content: "x", tool_calls: [], tool_call_id: "a", name: "b" },
  ]],
  ["a tool message without an id, for llama-server to judge [OT08] [OT09]", [
    { role: "user", content: "x" },
    { role: "tool", content: "y" },
    { role: "tool", tool_call_id: "", content: "y" },
  ]],
  ["a whole tool loop [OT29]", [
    { role: "system", content: "s" },
    { role: "user", content: "x" },
    { role: "assistant", content: "", reasoning_content: "hm", tool_calls: [call("{}")] },
    { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "y" }] },
    { role: "assistant", content: "done" },
    { role: "user", content: "thanks" },
  ]],
  ["one developer message in front, which llama-server takes for a system message", [
    { role: "developer", content: "d" },
    { role: "user", content: "x" },
  ]],
];

for (const [what, messages] of UNTOUCHED) {
  Deno.test(`fitMessages() leaves ${what}`, () => {
    const { messages: fitted, notes } = fit(messages);
    assertStrictEquals(fitted, messages);
    assertEquals(notes, []);
  });
}

Deno.test("fitMessages() refuses what is no message, and roles that a template would drop [OT06]", () => {
  for (
    const [message, param] of [
      ["x", "messages[0]"],
      [null, "messages[0]"],
      [[], "messages[0]"],
      [{ content: "x" }, "messages[0].role"],
      [{ role: "wizard", content: "x" }, "messages[0].role"],
    ] as const
  ) {
    assertEquals(assertThrows(() => fit([message]), ApiError).param, param);
  }
});

Deno.test("fitMessages() merges leading system and developer texts in their order", () => {
  const { messages } = fit([
    { role: "system", content: "a" },
    { role: "developer", content: [{ type: "text", text: "b" }] },
    { role: "user", content: "x" },
  ]);
  assertEquals(messages, [
    { role: "system", content: "a\n\nb" },
    { role: "user", content: "x" },
  ]);
});

Deno.test("fitMessages() keeps a later system text in its place, as one user turn with its neighbours", () => {
  const { messages } = fit([
    { role: "user", content: "x" },
    { role: "system", content: "late" },
    { role: "user", content: "y" },
    { role: "assistant", content: "z" },
    { role: "developer", content: "later" },
  ]);
  assertEquals(messages, [
    { role: "user", content: "x\n\n<system_update>\nlate\n</system_update>\n\ny" },
    { role: "assistant", content: "z" },
    { role: "user", content: "<system_update>\nlater\n</system_update>" },
  ]);
});

Deno.test("fitMessages() keeps parts when a system text joins them", () => {
  const part = picture("data:image/png;base64,AA==");
  const { messages } = fit([
    { role: "user", content: [part] },
    { role: "system", content: "late" },
  ], SEEING);
  assertEquals(messages, [{
    role: "user",
    content: [part, { type: "text", text: "<system_update>\nlate\n</system_update>" }],
  }]);
});

Deno.test("fitMessages() repairs replayed arguments that llama-server would fail on", () => {
  const { messages } = fit([{ role: "assistant", tool_calls: [call('{"a'), call('{"b":1}')] }]);
  const [message] = messages as { tool_calls: { function: { arguments: string } }[] }[];
  const args = message?.tool_calls.map((one) => one.function.arguments) ?? [];
  assertEquals(args, ['{"_raw":"{\\"a"}', '{"b":1}']);
});

Deno.test("fitMessages() replaces an image that the model cannot see, and says so", () => {
  const content = [{ type: "text", text: "what is" }, picture("https://example.test/a.png")];
  const { messages, notes } = fit([{ role: "user", content }]);
  assertEquals(messages, [{
    role: "user",
    content: [content[0], {
      type: "text",
      text: "[image omitted: this model cannot see images]",
    }],
  }]);
  assertEquals(notes.map(({ code, param }) => [code, param]), [
    ["image_omitted", "messages[0].content[1]"],
  ]);
});

Deno.test("fitMessages() refuses an image where the operator wants that", () => {
  const facts = { vision: false, images: "refuse" } as const;
  const content = [picture("data:image/png;base64,AA==")];
  const error = assertThrows(() => fit([{ role: "user", content }], facts), ApiError);
  assertEquals([error.status, error.param], [400, "messages[0].content[0]"]);
});

Deno.test("fitMessages() never lets a client read llama-server's own files", () => {
  for (const url of ["file:///etc/passwd", "/etc/passwd", "ftp://x", ""]) {
    const content = [picture(url)];
    const error = assertThrows(() => fit([{ role: "user", content }], SEEING), ApiError);
    assertEquals(error.param, "messages[0].content[0].image_url");
  }
});

Deno.test("fitMessages() turns a replayed refusal into text", () => {
  const { messages } = fit([{ role: "assistant", content: [{ type: "refusal", refusal: "no" }] }]);
  assertEquals(messages, [{ role: "assistant", content: [{ type: "text", text: "no" }] }]);
});

Deno.test("fitMessages() throws nothing but an ApiError, and leaves one system message at most", () => {
  const message = fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 9,
      arbitrary: fc.record({
        role: fc.constantFrom("system", "developer", "user", "assistant", "tool"),
        content: fc.oneof(
          fc.string(),
          fc.constant(null),
          fc.array(fc.jsonValue(), { maxLength: 3 }),
        ),
        tool_calls: fc.option(fc.jsonValue(), { nil: undefined }),
      }),
    },
  );
  fc.assert(fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
    try {
      const fitted = fit(messages).messages as { role: string }[];
      const at = fitted.flatMap(({ role }, i) => /system|developer/.test(role) ? [i] : []);
      assert(at.length === 0 || (at.length === 1 && at[0] === 0));
    } catch (error) {
      assert(error instanceof ApiError);
    }
  }));
});
