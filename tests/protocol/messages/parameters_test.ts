import { assertEquals } from "@std/assert";
import { trimmerOf } from "../../../src/protocol/messages/parameters.ts";

function trim(parameters: unknown, args: string): string | undefined {
  return trimmerOf({ type: "function", function: { name: "t", parameters } })?.(args);
}

const CLOSED = { type: "object", properties: { a: {}, b: {} }, additionalProperties: false };

Deno.test("trimmerOf() takes out what the schema does not know", () => {
  assertEquals(trim(CLOSED, '{"a": 1, "x": {"y": 2}, "b": 3}'), '{"a":1,"b":3}');
  assertEquals(trim(CLOSED, '{"x": 1}'), "{}");
});

Deno.test("trimmerOf() leaves the rest byte for byte", () => {
  for (const args of ['{ "a" : 1.0 }', "{}", '{"a": 1', "[1]", '"text"', ""]) {
    assertEquals(trim(CLOSED, args), args);
  }
});

Deno.test("trimmerOf() trims only where further parameters are forbidden", () => {
  const { additionalProperties: _, ...open } = CLOSED;
  for (const schema of [open, { ...CLOSED, anyOf: [] }, { additionalProperties: false }, null, 3]) {
    assertEquals(trim(schema, '{"x": 1}'), undefined);
  }
});
