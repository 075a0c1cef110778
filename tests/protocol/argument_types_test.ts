import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { argumentTyper, typedArguments } from "../../src/protocol/argument_types.ts";
import { schemaProblem } from "../../src/protocol/json_schema_check.ts";

const SCHEMA = {
  type: "object",
  properties: {
    text: { type: "string" },
    count: { type: "integer" },
    ratio: { type: "number" },
    exact: { type: "boolean" },
    nothing: { type: "null" },
    maybe: { type: ["integer", "null"] },
    either: { anyOf: [{ type: "integer" }, { type: "string" }] },
    level: { enum: [1, 2, 3] },
    free: {},
    list: { type: "array", items: { type: "integer" } },
    pair: { type: "array", prefixItems: [{ type: "string" }, { type: "boolean" }] },
    tree: { $ref: "#/$defs/tree" },
    map: { type: "object", additionalProperties: { type: "number" } },
  },
  $defs: {
    tree: {
      type: "object",
      properties: {
        size: { type: "integer" },
        children: { type: "array", items: { $ref: "#/$defs/tree" } },
      },
    },
  },
};

type Wrap = (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>;

/** The JSON text of arguments of the schema's shape. */
function argumentsText(wrap: Wrap): fc.Arbitrary<string> {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const { tree } = fc.letrec((tie) => ({
    tree: fc.record({
      size: wrap(fc.integer()),
      children: fc.array(tie("tree"), { maxLength: 2 }),
    }, { requiredKeys: [] }),
  }));
  return fc.record({
    text: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("5", "true", "[1]")),
    count: wrap(fc.integer()),
    ratio: wrap(number),
    exact: wrap(fc.boolean()),
    nothing: wrap(fc.constant(null)),
    maybe: wrap(fc.option(fc.integer())),
    either: fc.oneof(fc.integer(), fc.string(), fc.constant("5")),
    level: wrap(fc.integer({ min: 1, max: 3 })),
    free: fc.jsonValue(),
    list: wrap(fc.array(wrap(fc.integer()), { maxLength: 3 })),
    pair: fc.tuple(fc.string(), wrap(fc.boolean())),
    tree: wrap(tree),
    map: fc.dictionary(fc.string(), wrap(number)),
  }, { requiredKeys: [] }).chain((value) =>
    fc.constantFrom(JSON.stringify(value), JSON.stringify(value, null, 2))
  );
}

const valid = argumentsText((value) => value);

/** With some values in strings, and some strings where none belongs. */
const text = argumentsText((value) =>
  fc.oneof(
    value,
    value.map((one) => JSON.stringify(one)),
    value.map((one) => ` ${JSON.stringify(one)}\n`),
    fc.string(),
  )
);

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

function inParts(whole: string, some: readonly number[], schema: unknown): string[] {
  const typer = argumentTyper(schema);
  assert(typer !== null);
  const out: string[] = [];
  for (let at = 0, i = 0; at < whole.length; i++) {
    const size = some[i % some.length] ?? 1;
    out.push(typer.push(whole.slice(at, at + size)));
    at += size;
  }
  return [...out, typer.end()];
}

Deno.test("typedArguments() writes the value that a string holds where no string may be", () => {
  const table: [string, string][] = [
    ['{"count":"1000"}', '{"count":1000}'],
    ['{ "count" : " 5 " ,"text":"5"}', '{ "count" : 5 ,"text":"5"}'],
    ['{"count":"-12345678901234567890"}', '{"count":-12345678901234567890}'],
    ['{"ratio":"1.50e3","exact":"true"}', '{"ratio":1.50e3,"exact":true}'],
    ['{"nothing":"null","maybe":"null"}', '{"nothing":null,"maybe":null}'],
    ['{"level":"2"}', '{"level":2}'],
    ['{"count":"\\u0035"}', '{"count":5}'],
    ['{"\\u0063ount":"5"}', '{"count":5}'.replace("c", "\\u0063")],
    ['{"list":"[1, 2]"}', '{"list":[1, 2]}'],
    ['{"list":"[\\"1\\", \\"x\\"]"}', '{"list":[1, "x"]}'],
    ['{"list":["1",2,"3"]}', '{"list":[1,2,3]}'],
    ['{"pair":["1","true","2"]}', '{"pair":["1",true,"2"]}'],
    ['{"tree":{"children":[{"size":"7"}]}}', '{"tree":{"children":[{"size":7}]}}'],
    ['{"tree":"{\\"children\\":\\"[]\\"}"}', '{"tree":{"children":[]}}'],
    ['{"map":{"count":"1","text":"x"}}', '{"map":{"count":1,"text":"x"}}'],
  ];
  for (const [given, expected] of table) {
    assertEquals(typedArguments(given, SCHEMA), expected);
    assertEquals(inParts(given, [1], SCHEMA).join(""), expected);
  }
});

Deno.test("typedArguments() leaves everything else as it is", () => {
  const texts = [
    '{"count":"5.0","level":"two"}',
    '{"count":"1e3"}',
    '{"count":"05"}',
    '{"count":"5 apples"}',
    '{"count":""}',
    '{"count":"\\"5\\""}',
    '{"exact":"True"}',
    '{"exact":"1"}',
    '{"nothing":""}',
    '{"ratio":"1e999"}',
    '{"either":"5","free":"5","unknown":"5"}',
    '{"list":"{}"}',
    '{"list":"[1,"}',
    '{"tree":"[]"}',
    '{"count":true,"list":5}',
    '"5"',
    "[]",
    "",
    " \n",
  ];
  for (const one of texts) assertEquals(typedArguments(one, SCHEMA), one);
});

Deno.test("typedArguments() passes broken JSON from where it breaks", () => {
  const texts = [
    '{"count"',
    '{"count":',
    '{"count":"5',
    '{"count" "5","ratio":"5"}',
    '{count:"5"}',
    "{'count':'5'}",
    '{"count":"5\n"}',
    '{"text":5,,"count":"5"}',
    '{"list":["a" "1"]}',
    '{"list":[}"count":"5"}',
    '{"text":"\\',
    'x{"count":"5"}',
  ];
  for (const one of texts) assertEquals(typedArguments(one, SCHEMA), one);
  assertEquals(typedArguments('{"count":"5"]{"count":"5"}', SCHEMA), '{"count":5]{"count":"5"}');
});

Deno.test("argumentTyper() is null where nothing could be corrected", () => {
  const string = { type: "string" };
  const schemas = [
    undefined,
    null,
    true,
    {},
    { type: "object" },
    { type: "object", properties: {} },
    { type: "object", properties: { a: string, b: {}, c: { enum: ["x"] } } },
    { type: "object", properties: { a: { anyOf: [string, { type: "integer" }] } } },
    { properties: { a: { $ref: "#/nowhere" } }, $defs: { unused: { type: "integer" } } },
  ];
  for (const schema of schemas) assertEquals(argumentTyper(schema), null);
  assertEquals(typedArguments('{"a":"5"}', {}), '{"a":"5"}');
});

Deno.test("argumentTyper() passes everything at once but the string in question", () => {
  const parts = [
    '{"te',
    'xt":"a',
    "b\\",
    'n", "co',
    "unt",
    '": "',
    "1",
    '2", "ex',
    'act":f',
    "alse}",
  ];
  const typer = argumentTyper(SCHEMA);
  assertEquals(parts.map((part) => typer?.push(part)), [
    ...parts.slice(0, 5),
    '": ',
    "",
    '12, "ex',
    ...parts.slice(8),
  ]);
  assertEquals(typer?.end(), "");
});

Deno.test("argumentTyper() tells the same wherever the text is cut", () => {
  fc.assert(
    fc.property(fc.oneof(text, text.map((one) => one.slice(0, -5))), sizes, (whole, some) => {
      const expected = typedArguments(whole, SCHEMA);
      assertEquals(inParts(whole, some, SCHEMA).join(""), expected);
      assertEquals(inParts(whole, [1], SCHEMA).join(""), expected);
    }),
  );
});

Deno.test("typedArguments() never changes valid arguments", () => {
  fc.assert(
    fc.property(valid, (whole) => {
      assertEquals(schemaProblem(whole, SCHEMA, { constrained: false }), null);
      assertEquals(typedArguments(whole, SCHEMA), whole);
    }),
  );
});

Deno.test("typedArguments() gives JSON for JSON, and changes its own result never", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const typed = typedArguments(whole, SCHEMA);
      JSON.parse(typed);
      assertEquals(typedArguments(typed, SCHEMA), typed);
    }),
    { numRuns: 500 },
  );
});

Deno.test("typedArguments() survives any schema and any text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.oneof(fc.json(), fc.string()), (schema, whole) => {
      const typed = typedArguments(whole, {
        properties: { n: { type: "integer" } },
        items: schema,
      });
      assert(typed.length <= whole.length);
    }),
  );
});

Deno.test("argumentTyper() holds 64 KiB of a string at most", () => {
  const exact = `{"list":"[${" ".repeat(65_000)}1]"}`;
  assertEquals(typedArguments(exact, SCHEMA), `{"list":[${" ".repeat(65_000)}1]}`);
  const long = `{"list":"[${" ".repeat(66_000)}1]","count":"5"}`;
  const typed = long.replace('"5"', "5");
  assertEquals(typedArguments(long, SCHEMA), typed);
  const parts = inParts(long, [1000], SCHEMA);
  assertEquals(parts.join(""), typed);
  assert(Math.max(...parts.map((part) => part.length)) <= 67_000);
});

Deno.test("argumentTyper() reads deep and long texts in linear time", () => {
  const deep = `{"free":${"[".repeat(200_000)}`;
  assertEquals(typedArguments(deep, SCHEMA), deep);
  const tree = `${'{"children":['.repeat(2000)}{"size":"5"}`;
  assertEquals(typedArguments(`{"tree":${tree}`, SCHEMA), `{"tree":${tree}`);
  const typer = argumentTyper(SCHEMA);
  const began = performance.now();
  typer?.push('{"list":[');
  for (let i = 0; i < 100_000; i++) assertEquals(typer?.push('"1", '), "1, ");
  typer?.push('1],"text":"');
  for (let i = 0; i < 200_000; i++) typer?.push("abc\\n");
  assert(performance.now() - began < 20_000);
});
