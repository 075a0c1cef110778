import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { grammarSafe } from "../../src/protocol/json_schema.ts";

/** The very same object, not an equal one. */
function assertSame(actual: unknown, expected: unknown, message?: string): void {
  assert(Object.is(actual, expected), message ?? "not the same object");
}

Deno.test("`grammarSafe()` gives back the same object when nothing must change", () => {
  const schema = {
    type: "object",
    properties: {
      zebra: { type: "string", pattern: "^[a-z]+$", maxLength: 2000 },
      apple: { type: "array", items: { type: "integer" }, maxItems: 1999 },
      free: {},
    },
    additionalProperties: false,
    required: ["zebra"],
  };
  assertSame(grammarSafe(schema), schema);
});

Deno.test("`grammarSafe()` passes what is no schema object", () => {
  for (const value of [undefined, null, true, "x", 4]) assertSame(grammarSafe(value), value);
});

Deno.test("`grammarSafe()` drops patterns that llama.cpp may refuse", () => {
  const dropped = ["", "abc", "^abc", "abc$", "^abc\\$", "^(x$", "^x)$", "^[x$", "^*a$", 5, null];
  for (const pattern of [...dropped, "^a{2001}$", "^a{1,3000}$", "^a{0,2001}b$"]) {
    assertEquals(grammarSafe({ type: "string", pattern }), { type: "string" }, `${pattern}`);
  }
  for (const pattern of ["^$", "^abc$", "^abc\\\\$", "^\\d{2,5}$", "^a{2000}$", "^(?:a|b)+$"]) {
    const schema = { type: "string", pattern };
    assertSame(grammarSafe(schema), schema, pattern);
  }
});

Deno.test("`grammarSafe()` drops bounds that llama.cpp refuses, and never caps them", () => {
  const schema = { minItems: 2001, maxItems: 2000, minLength: 2001, maxLength: 100_000 };
  assertEquals(grammarSafe({ type: "string", ...schema }), { type: "string" });
  assertEquals(grammarSafe({ minLength: -1, maxLength: 2.5, minItems: "3", maxItems: null }), {});
  const kept = { minItems: 0, maxItems: 1999, minLength: 2000, maxLength: 2000, maximum: 1e9 };
  assertSame(grammarSafe(kept), kept);
});

Deno.test("`grammarSafe()` takes names under `properties` for names", () => {
  const schema = {
    type: "object",
    properties: {
      pattern: { type: "string", pattern: "x" },
      maxItems: { type: "integer" },
      properties: { type: "object", properties: { minLength: { minLength: 9999 } } },
    },
    required: ["pattern", "maxItems"],
  };
  assertEquals(grammarSafe(schema), {
    type: "object",
    properties: {
      pattern: { type: "string" },
      maxItems: { type: "integer" },
      properties: { type: "object", properties: { minLength: {} } },
    },
    required: ["pattern", "maxItems"],
  });
});

Deno.test("`grammarSafe()` reaches every place where a schema can stand", () => {
  const bad = { pattern: "x" };
  const places = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
  ];
  for (const key of places) assertEquals(grammarSafe({ [key]: bad }), { [key]: {} }, key);
  for (const key of ["allOf", "anyOf", "oneOf", "prefixItems", "items"]) {
    assertEquals(grammarSafe({ [key]: [{}, bad] }), { [key]: [{}, {}] }, key);
  }
  for (const key of ["$defs", "definitions", "dependentSchemas", "patternProperties"]) {
    assertEquals(grammarSafe({ [key]: { pattern: bad } }), { [key]: { pattern: {} } }, key);
  }
});

Deno.test("`grammarSafe()` leaves values alone that only look like schemas", () => {
  const value = { pattern: "x", maxItems: 9999 };
  const schema = { const: value, enum: [value], default: value, examples: [value] };
  assertSame(grammarSafe(schema), schema);
});

Deno.test("`grammarSafe()` says boolean schemas with objects, except where llama.cpp takes them", () => {
  assertEquals(
    grammarSafe({ properties: { any: true, none: false }, items: true, anyOf: [true, false] }),
    { properties: { any: {}, none: { not: {} } }, items: {}, anyOf: [{}, { not: {} }] },
  );
  const schema = { additionalProperties: true, unevaluatedProperties: false };
  assertSame(grammarSafe(schema), schema);
});

Deno.test("`grammarSafe()` gives arrays the `items` that gpt-oss's template reads", () => {
  assertEquals(
    grammarSafe({ properties: { list: { type: "array" }, other: { type: "string" } } }),
    { properties: { list: { type: "array", items: {} }, other: { type: "string" } } },
  );
});

Deno.test("`grammarSafe()` keeps the order of keys and a property named `__proto__`", () => {
  const schema = JSON.parse(
    '{"z":1,"pattern":"x","properties":{"__proto__":{"pattern":"x"},"b":{},"a":{}},"a":2}',
  );
  assertEquals(
    JSON.stringify(grammarSafe(schema)),
    '{"z":1,"properties":{"__proto__":{},"b":{},"a":{}},"a":2}',
  );
});

Deno.test("`grammarSafe()` survives nesting that the stack could not", () => {
  let schema: unknown = { pattern: "x" };
  for (let i = 0; i < 100_000; i++) schema = { not: schema };
  assertSame(grammarSafe(schema), schema);
});

Deno.test("`grammarSafe()` changes nothing in its own result, whatever it is given", () => {
  fc.assert(fc.property(fc.jsonValue(), (schema) => {
    const before = JSON.stringify(schema);
    const safe = grammarSafe(schema);
    assertSame(grammarSafe(safe), safe);
    assertEquals(JSON.stringify(schema), before);
  }));
});
