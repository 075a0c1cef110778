import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../../src/protocol/error.ts";
import { fromMessages } from "../../../src/protocol/messages/request.ts";
import { parseMessagesRequest } from "../../../src/protocol/messages/schema.ts";
import { toChat } from "../../../src/protocol/responses/request.ts";
import { omit, plain } from "../responses/translating.ts";

const HI = [{ role: "user", content: "Hi" }];

function refusalOf(body: unknown): { param: string | null; message: string } {
  const error = assertThrows(() => parseMessagesRequest(body), ApiError);
  assertEquals([error.status, error.type], [400, "invalid_request_error"]);
  return { param: error.param, message: error.message };
}

Deno.test("parseMessagesRequest() accepts what it does not know", () => {
  const messages = [
    ...HI,
    { role: "assistant", content: [{ type: "new_block", data: 1 }] },
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "a", content: [{ type: "x" }] }],
    },
  ];
  const read = parseMessagesRequest({
    ...{ messages, model: "m", max_tokens: 9, speed: "fast", context_management: { edits: [] } },
    tools: [{ type: "computer_20250124", name: "computer" }, { name: "look", input_schema: {} }],
    thinking: { type: "between_tools" },
    tool_choice: { type: "new" },
    output_config: { effort: "huge", task: 1 },
  });
  assertEquals<unknown>(read.messages, messages);
});

Deno.test("parseMessagesRequest() names what would change the meaning", () => {
  assertEquals(refusalOf({}).param, "messages");
  assertEquals(refusalOf({ messages: [] }).param, "messages");
  assertEquals(refusalOf({ messages: [{ role: "tool", content: "x" }] }).param, "messages.0.role");
  const [param, message] = [
    "messages.0.content.0.text",
    "messages.0.content.0.text: expected string, received undefined",
  ];
  const untold = { messages: [{ role: "user", content: [{ type: "text" }] }] };
  assertEquals(refusalOf(untold), { param, message });
  assertEquals(refusalOf({ messages: HI, max_tokens: 0 }).param, "max_tokens");
  assertEquals(refusalOf({ messages: HI, stop_sequences: [""] }).param, "stop_sequences.0");
  assertEquals(refusalOf({ messages: HI, tools: [{ name: "a b" }] }).param, "tools.0.name");
  assertEquals(refusalOf(null).param, null);
});

Deno.test("parseMessagesRequest() and fromMessages() throw nothing but an ApiError", () => {
  const block = fc.oneof(
    fc.record({
      type: fc.constantFrom("text", "image", "document", "thinking"),
      text: fc.anything(),
    }),
    fc.record({ type: fc.constantFrom("tool_use", "tool_result"), content: fc.anything() }),
    fc.anything(),
  );
  const message = fc.record({
    role: fc.constantFrom("user", "assistant", "system"),
    content: fc.oneof(fc.string(), fc.array(block), fc.anything()),
  });
  const body = fc.record({
    messages: fc.oneof(fc.array(message), fc.anything()),
    tools: fc.oneof(fc.array(fc.anything()), fc.constant(undefined)),
    system: fc.anything(),
    thinking: fc.anything(),
  });
  fc.assert(
    fc.property(body, (body) => {
      try {
        toChat(fromMessages(parseMessagesRequest(body), null).request, plain, omit);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
