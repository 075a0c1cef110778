import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { argumentsText, rawArguments } from "../../src/protocol/tool_arguments.ts";
import { call, messagesOf, notesOf, user } from "./responses/translating.ts";

Deno.test("`argumentsText()` keeps the text of an object byte for byte", () => {
  const texts = [
    "{}",
    ' { "b" : 1,\n"a": [true, null, {"c": "\\ud83e\\udd99 \\u0000"}] } ',
    '{"a":1,"a":2}',
    '{"big":123456789012345678901234567890,"small":1e-999}',
    '{"__proto__":1,"":2}',
  ];
  for (const text of texts) assertEquals(argumentsText(text), text);
});

Deno.test("`argumentsText()` makes nothing an empty object", () => {
  for (const text of ["", "  \n", "null"]) assertEquals(argumentsText(text), "{}");
});

Deno.test("`argumentsText()` keeps what is no object as the text that it was", () => {
  const texts = [
    '{"cmd": "echo trunc',
    "ls -la",
    '["ls"]',
    '"ls"',
    "42",
    "true",
    "{a:1}",
    "\ufeff{}",
  ];
  for (const text of texts) assertEquals(argumentsText(text), JSON.stringify({ _raw: text }));
});

Deno.test("`argumentsText()` keeps as text what llama-server cannot parse", () => {
  const numbers = ['{"a":1e999}', '{"a":[-1e999]}', `{"a":${"9".repeat(400)}}`];
  const surrogates = ['{"a":"\\ud800"}', '{"a":{"\\udc00":1}}'];
  const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  for (const text of [...numbers, ...surrogates, deep]) {
    assertEquals(argumentsText(text), JSON.stringify({ _raw: text }));
  }
  assertEquals(argumentsText('{"a":"\ud800"}'), JSON.stringify({ _raw: '{"a":"\ufffd"}' }));
});

Deno.test("`argumentsText()` always gives the text of an object, and changes its own result never", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
    const fit = argumentsText(text);
    const value = JSON.parse(fit);
    assertEquals(typeof value === "object" && value !== null && !Array.isArray(value), true);
    assertEquals(argumentsText(fit), fit);
  }));
});

Deno.test("`rawArguments()` writes one string under a name", () => {
  assertEquals(rawArguments("input", 'a"\n\ud800'), '{"input":"a\\"\\n\ufffd"}');
});

Deno.test("`toChat()` repairs replayed arguments, with a note where something was there", () => {
  const broken = ['{"cmd": "echo trunc', "", "{}", "[1]"];
  const input = [user("a"), ...broken.map((text, i) => call(`c${i}`, "f", text))];
  const [, turn] = messagesOf(input);
  assertEquals(
    turn?.role === "assistant" && turn.tool_calls?.map((call) => call.function.arguments),
    ['{"_raw":"{\\"cmd\\": \\"echo trunc"}', "{}", "{}", '{"_raw":"[1]"}'],
  );
  assertEquals(notesOf({ input }), [
    "arguments_repaired input[1].arguments",
    "arguments_repaired input[4].arguments",
  ]);
});
