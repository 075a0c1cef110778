import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { spliceFields } from "../../src/protocol/splice.ts";

Deno.test("spliceFields() appends to the very bytes of the client", () => {
  const sent = ' { "messages": [],\n"x" : 1e2 } \r\n';
  const bytes = new TextEncoder().encode(sent);
  const text = new TextDecoder().decode(spliceFields(bytes, { stream: true }));
  assertEquals(text, ' { "messages": [],\n"x" : 1e2 ,"stream":true}');
  assertEquals(spliceFields(bytes, {}), bytes);
});

Deno.test("spliceFields() makes JSON whose last fields are those that were given", () => {
  const record = fc.dictionary(fc.stringMatching(/^[a-z]{0,3}$/), fc.jsonValue(), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(record, record, fc.constantFrom("", " ", "\n\t"), (whole, fields, space) => {
      const bytes = new TextEncoder().encode(JSON.stringify(whole, null, 1) + space);
      const spliced = new TextDecoder().decode(spliceFields(bytes, fields));
      const expected = { ...whole, ...fields };
      assertEquals(JSON.stringify(JSON.parse(spliced)), JSON.stringify(expected));
      assert(spliced.startsWith(JSON.stringify(whole, null, 1).slice(0, -1)));
    }),
  );
});

Deno.test("spliceFields() begins an empty object without a comma", () => {
  for (const sent of ["{}", " { \n}\n"]) {
    const spliced = spliceFields(new TextEncoder().encode(sent), { model: "m" });
    assertEquals(JSON.parse(new TextDecoder().decode(spliced)), { model: "m" });
  }
});
