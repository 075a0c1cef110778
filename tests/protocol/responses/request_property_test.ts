import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CONTROL_WORDS, controlPattern } from "../../../src/protocol/control_text.ts";
import { ApiError } from "../../../src/protocol/error.ts";
import { toChat, type Translation } from "../../../src/protocol/responses/request.ts";
import type { ModelFacts } from "../../../src/protocol/responses/translation_context.ts";
import { parseCreateResponse } from "../../../src/protocol/responses/schema.ts";
import { fields, items, oddRequest, rounds } from "./arbitrary.ts";
import { chatFaults } from "./chat_faults.ts";
import { omit, translate } from "./translating.ts";

const strict: ModelFacts = {
  vision: false,
  thinking: "enable_thinking",
  alternates: true,
  control: controlPattern(CONTROL_WORDS),
};

const facts: fc.Arbitrary<ModelFacts> = fc.record({
  vision: fc.boolean(),
  thinking: fc.constantFrom("none", "enable_thinking", "reasoning_effort"),
  alternates: fc.boolean(),
  control: fc.constantFrom(null, controlPattern(CONTROL_WORDS)),
});

/** The translation, or null for a clean refusal; anything else thrown fails the property. */
function attempt(body: unknown, given: ModelFacts): Translation | null {
  try {
    return toChat(parseCreateResponse(body), given, omit);
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    assertEquals([error.status, error.type], [400, "invalid_request_error"]);
    assert(error.param === null || error.param.length <= 220);
    return null;
  }
}

Deno.test("`toChat()` throws nothing but ApiError, whatever JSON it is given", () => {
  fc.assert(
    fc.property(oddRequest, facts, (body, given) => {
      const translation = attempt(body, given);
      if (translation !== null) assertEquals(chatFaults(translation.chat).filter(isFault), []);
    }),
    { numRuns: 1000 },
  );
});

/** Turns are only made to alternate where the template wants it. */
function isFault(fault: string): boolean {
  return !fault.startsWith("turn ");
}

Deno.test("`toChat()` always gives messages that the strictest template accepts [RT39]", () => {
  fc.assert(
    fc.property(items, fields, fc.boolean(), (input, more, vision) => {
      const translation = attempt({ ...more, input }, { ...strict, vision });
      if (translation !== null) assertEquals(chatFaults(translation.chat), []);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("`toChat()` is deterministic and leaves its request alone", () => {
  fc.assert(fc.property(items, fields, facts, (input, more, given) => {
    const body = { ...more, input };
    const before = JSON.stringify(body);
    assertEquals(JSON.stringify(attempt(body, given)), JSON.stringify(attempt(body, given)));
    assertEquals(JSON.stringify(body), before);
  }));
});

Deno.test("`toChat()` repeats the messages of a shorter conversation in a longer one", () => {
  fc.assert(
    fc.property(rounds, facts, (conversation, given) => {
      const input = conversation.flatMap(({ client, model }) => [...client, ...model]);
      const whole = translate({ input, instructions: "i" }, given).chat.messages;
      let length = 0;
      for (const { client, model } of conversation) {
        length += client.length;
        const asked = input.slice(0, length);
        const { messages } = translate({ input: asked, instructions: "i" }, given).chat;
        assertEquals(whole.slice(0, messages.length), messages);
        length += model.length;
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("`toChat()` survives nesting that the stack could not", () => {
  let deep: unknown = {};
  for (let i = 0; i < 100_000; i++) deep = { a: deep };
  const bodies = [
    { input: "x", metadata: deep },
    { input: "x", tools: [{ type: "function", name: "f", parameters: deep }] },
    { input: "x", text: { format: { type: "json_schema", schema: deep } } },
    { input: [{ type: "unknown", deep }, { role: "user", content: "x" }] },
    { input: [{ type: "local_shell_call", action: deep }] },
    { input: [{ type: "tool_search_call", arguments: deep }] },
    { input: [{ type: "shell_call_output", output: deep }] },
    { input: [{ type: "function_call", name: "f", arguments: `${"[".repeat(1e5)}` }] },
  ];
  // Newer engines write such JSON, older ones cannot and refuse it: neither may crash.
  for (const body of bodies) attempt(body, strict);
  assertEquals(attempt(bodies[0], strict), null);
});
