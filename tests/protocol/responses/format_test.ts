import { assert, assertEquals } from "@std/assert";
import { functionTool, notesOf, refusalOf, translate } from "./translating.ts";

const schema = { type: "object", properties: { z: { type: "string" }, a: {} }, required: ["z"] };
const format = { type: "json_schema", name: "answer", strict: true, schema };
const responseFormat = {
  type: "json_schema",
  json_schema: { schema, name: "answer", strict: true },
} as const;

function formatted(text: unknown, more: Record<string, unknown> = {}) {
  const { chat, answerSchema, responseFormat } = translate({ input: "x", text, ...more });
  return { sent: chat.response_format, answerSchema, responseFormat };
}

Deno.test("`toChat()` sends a schema as response_format, the client's own object [H10]", () => {
  const result = formatted({ format });
  assertEquals(result, { sent: responseFormat, answerSchema: null, responseFormat });
  assert(
    result.sent?.type === "json_schema" && result.sent.json_schema.schema === schema,
  );
});

Deno.test("`toChat()` sends json_object as response_format [H10]", () => {
  const sent = { type: "json_object" } as const;
  assertEquals(formatted({ format: { type: "json_object" } }), {
    sent,
    answerSchema: null,
    responseFormat: sent,
  });
});

Deno.test("`toChat()` sends no response_format for text and for verbosity alone [H10]", () => {
  for (const text of [null, {}, { verbosity: "low" }, { format: { type: "text" } }]) {
    assertEquals(formatted(text), { sent: undefined, answerSchema: null, responseFormat: null });
  }
});

Deno.test("`toChat()` ignores a format without a schema, with a note [H10]", () => {
  const text = { format: { type: "json_schema", name: "n" } };
  assertEquals(formatted(text).responseFormat, null);
  assertEquals(notesOf({ input: "x", text }), ["format_ignored text.format.schema"]);
});

Deno.test("`toChat()` refuses a format that it could not hold", () => {
  const text = { format: { type: "regex" } };
  assertEquals(refusalOf({ input: "x", text }).param, "text.format.type");
});

Deno.test("`toChat()` leaves the form to a second pass where tools may be called", () => {
  const tools = [functionTool("f")];
  assertEquals(formatted({ format }, { tools }), {
    sent: undefined,
    answerSchema: { name: "answer", schema, strict: true },
    responseFormat,
  });
  assertEquals(formatted({ format: { type: "json_object" } }, { tools }).answerSchema, {
    name: "json_object",
    schema: { type: "object" },
    strict: false,
  });
});

Deno.test("`toChat()` needs one pass where no tool can be called", () => {
  const none = { tools: [functionTool("f")], tool_choice: "none" };
  for (const more of [none, { tools: [{ type: "web_search" }] }, { tools: [] }]) {
    assertEquals(formatted({ format }, more), {
      sent: responseFormat,
      answerSchema: null,
      responseFormat,
    });
  }
});

Deno.test("`toChat()` leaves out what llama.cpp cannot compile, but keeps it for checking", () => {
  const strict = { type: "object", properties: { a: { type: "string", pattern: "x" } } };
  const text = { format: { type: "json_schema", schema: strict } };
  const { answerSchema, responseFormat } = formatted(text, { tools: [functionTool("f")] });
  assertEquals(answerSchema, { name: "response", schema: strict, strict: false });
  assertEquals(responseFormat, {
    type: "json_schema",
    json_schema: { schema: { type: "object", properties: { a: { type: "string" } } } },
  });
  assertEquals(notesOf({ input: "x", text }), ["schema_simplified text.format.schema"]);
});
