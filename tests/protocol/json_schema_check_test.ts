import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { schemaProblem } from "../../src/protocol/json_schema_check.ts";

const FREE = { constrained: false };
const HELD = { constrained: true };
const city = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

Deno.test("schemaProblem() finds nothing in a text that fits", () => {
  assertEquals(schemaProblem('{"city":"Cusco"}', city, FREE), null);
});

Deno.test("schemaProblem() says what does not fit, and where", () => {
  assertStringIncludes(schemaProblem("words", city, FREE) ?? "", "not JSON");
  assertStringIncludes(schemaProblem("", city, HELD) ?? "", "not JSON");
  assertStringIncludes(schemaProblem('{"city":1}', city, FREE) ?? "", "#/city");
  assert(schemaProblem("{}", city, HELD) !== null);
});

Deno.test("schemaProblem() trusts no free text where patterns have to hold, and runs none of them", () => {
  const schema = { type: "string", pattern: "^(a+)+$" };
  const hostile = JSON.stringify("a".repeat(50) + "!");
  assert(schemaProblem(hostile, schema, FREE) !== null);
  assertEquals(schemaProblem(hostile, schema, HELD), null);
});

Deno.test("schemaProblem() takes `pattern` as the name of a property where it is one", () => {
  const schema = { type: "object", properties: { pattern: { type: "number" } } };
  assertEquals(schemaProblem('{"pattern":1}', schema, FREE), null);
  assert(schemaProblem('{"pattern":"x"}', schema, FREE) !== null);
});

Deno.test("schemaProblem() follows references, and gives up on those that double without end", () => {
  const tree = {
    $defs: { node: { type: "object", properties: { next: { $ref: "#/$defs/node" } } } },
    $ref: "#/$defs/node",
  };
  assertEquals(schemaProblem('{"next":{"next":{}}}', tree, FREE), null);
  assert(schemaProblem('{"next":{"next":1}}', tree, FREE) !== null);
  const $defs: Record<string, unknown> = { d60: { type: "object" } };
  for (let i = 0; i < 60; i++) {
    const next = { $ref: `#/$defs/d${i + 1}` };
    $defs[`d${i}`] = { allOf: [next, next] };
  }
  const doubling = { $defs, $ref: "#/$defs/d0" };
  assertStringIncludes(schemaProblem("{}", doubling, FREE) ?? "", "cannot be checked");
  assertEquals(schemaProblem("{}", doubling, HELD), null);
});

Deno.test("schemaProblem() does not compare every pair of a long list", () => {
  const text = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i })));
  assertEquals(schemaProblem(text, { type: "array", uniqueItems: true }, FREE), null);
});

Deno.test("schemaProblem() cannot check a schema that leads elsewhere or into itself", () => {
  for (const schema of [{ $ref: "https://example.test/s" }, { $ref: "#" }, { $ref: "#/%zz" }]) {
    assert(schemaProblem("{}", schema, FREE) !== null);
    assertEquals(schemaProblem("{}", schema, HELD), null);
  }
});
