import { assert, assertEquals } from "@std/assert";
import {
  ANYWHERE,
  KIND,
  type Place,
  refusesStrings,
  refusesStringsInside,
  schemaPlace,
} from "../../src/protocol/schema_place.ts";

/** The names of the kinds that a schema allows. */
function kinds(place: Place): string {
  return Object.entries(KIND).filter(([, kind]) => place.kinds & kind).map(([name]) => name).join();
}

Deno.test("schemaPlace() knows the kinds that a schema allows", () => {
  const table: [unknown, string][] = [
    [{ type: "integer" }, "integer"],
    [{ type: "number" }, "integer,number"],
    [{ type: ["boolean", "null"] }, "boolean,null"],
    [{ enum: [1, 2.5, null] }, "integer,number,null"],
    [{ enum: ["a"], type: ["string", "integer"] }, "string"],
    [{ const: { a: 1 } }, "object"],
    [{ anyOf: [{ type: "array" }, { type: "null" }] }, "null,array"],
    [
      { oneOf: [{ type: "array" }, { $ref: "#/$defs/s" }], $defs: { s: { type: "string" } } },
      "string,array",
    ],
    [{ allOf: [{ type: ["array", "string"] }, { type: ["array", "object"] }] }, "array"],
    [{ $ref: "#/definitions/a~1b", definitions: { "a/b": { type: "boolean" } } }, "boolean"],
  ];
  for (const [schema, expected] of table) assertEquals(kinds(schemaPlace(schema)), expected);
});

Deno.test("schemaPlace() allows everything where it does not understand", () => {
  const schemas = [
    undefined,
    null,
    true,
    false,
    {},
    [],
    { type: "any" },
    { type: 5 },
    { $ref: "https://example.org/schema" },
    { $ref: "#/nowhere" },
    { $ref: "#" },
    { anyOf: [{ type: "integer" }, { $ref: "#" }] },
    { not: { type: "string" } },
  ];
  for (const schema of schemas) {
    assertEquals([schema, schemaPlace(schema).kinds], [schema, ANYWHERE.kinds]);
  }
});

Deno.test("schemaPlace() finds the places inside", () => {
  const place = schemaPlace({
    properties: { a: { type: "integer" }, toString: { type: "null" } },
    additionalProperties: { type: "boolean" },
    prefixItems: [{ type: "array" }],
    items: { type: "object" },
  });
  assertEquals(["a", "toString", "b", "__proto__"].map((name) => kinds(place.member(name))), [
    "integer",
    "null",
    "boolean",
    "boolean",
  ]);
  assertEquals([0, 1].map((index) => kinds(place.item(index))), ["array", "object"]);
  const pattern = schemaPlace({
    patternProperties: { "^x": {} },
    additionalProperties: { type: "null" },
  });
  assertEquals(pattern.member("xy"), ANYWHERE);
});

Deno.test("schemaPlace() asks every alternative that allows the value", () => {
  const object = (a: unknown) => ({ type: "object", properties: { a } });
  const optional = schemaPlace({ anyOf: [object({ type: "integer" }), { type: "null" }] });
  assertEquals(kinds(optional.member("a")), "integer");
  const either = schemaPlace({ anyOf: [object({ type: "integer" }), object({ type: "boolean" })] });
  assertEquals(kinds(either.member("a")), "integer,boolean");
  const open = schemaPlace({ anyOf: [object({ type: "integer" }), { type: "object" }] });
  assertEquals(open.member("a"), ANYWHERE);
  const both = schemaPlace({
    allOf: [object({ type: ["integer", "null"] }), object({ type: "number" })],
  });
  assertEquals(kinds(both.member("a")), "integer");
});

Deno.test("refusesStringsInside() looks everywhere, but not at the value itself", () => {
  const tree = { properties: { next: { $ref: "#" }, s: { type: "string" } } };
  assertEquals(refusesStringsInside(schemaPlace({ type: "object" })), false);
  assertEquals(refusesStringsInside(schemaPlace(tree)), false);
  assertEquals(
    refusesStringsInside(schemaPlace({ items: { anyOf: [{ items: { type: "null" } }] } })),
    true,
  );
});

Deno.test("schemaPlace() survives hostile schemas", () => {
  let deep: unknown = { type: "integer" };
  for (let i = 0; i < 100_000; i++) deep = { anyOf: [deep] };
  assertEquals(schemaPlace(deep).kinds, ANYWHERE.kinds);
  const wide = { anyOf: Array.from({ length: 100_000 }, () => ({ type: "integer" })) };
  assertEquals(refusesStrings(schemaPlace(wide)), false);
  // Each level has two ways to the next one: a naive walk takes 2^40 steps.
  const $defs: Record<string, unknown> = {};
  for (let i = 0; i < 40; i++) {
    const next = { $ref: `#/$defs/d${i + 1}` };
    const part = () => ({ properties: { a: { allOf: [next, { anyOf: [next, {}] }] }, b: next } });
    $defs[`d${i}`] = { allOf: [part(), { anyOf: [part(), part()] }] };
  }
  $defs.d40 = { type: "integer" };
  let place = schemaPlace({ $ref: "#/$defs/d0", $defs });
  const began = performance.now();
  refusesStringsInside(place);
  for (let i = 0; i < 45; i++) place = place.member(i % 2 === 0 ? "a" : "b");
  assert(performance.now() - began < 10_000);
});
