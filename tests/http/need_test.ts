import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Demand, needOf } from "../../src/http/need.ts";
import { ownerOf } from "../../src/http/owner.ts";

const headers = new Headers({ "x-api-key": "sk" });

function claim(demand: Partial<Demand>, context: number | null = 32_768, apiKey?: string) {
  const config = apiKey === undefined ? {} : { apiKey };
  const need = needOf({ headers, bytes: 0, most: 0, tier: null, ...demand }, { context }, config);
  assert(need.slot);
  return need;
}

Deno.test("needOf() reserves two tokens for five bytes, and what the answer may have", () => {
  assertEquals(claim({ bytes: 5000 }).tokens, 2000);
  assertEquals(claim({ bytes: 5000, most: 700 }).tokens, 2700);
  assertEquals(claim({ most: 1_000_000 }).tokens, 32_768);
});

Deno.test("needOf() allows an eighth of the context where an answer has no bound", () => {
  for (const most of [null, undefined, -1, "many"]) assertEquals(claim({ most }).tokens, 4096);
  assertEquals([claim({ most: null }, 4096).tokens, claim({ most: null }, null).tokens], [
    1024,
    1024,
  ]);
});

Deno.test("needOf() takes the tier that is named, and else the default", () => {
  const named = ["priority", "flex", "default", "auto", "standard_only", null, 7];
  assertEquals(named.map((tier) => claim({ tier }).tier), [
    ...["priority", "flex", "default", "default", "default", "default", "default"],
  ]);
});

Deno.test("needOf() tells owners by their keys, where a key is asked for", () => {
  assertEquals(claim({}).owner, "");
  assertEquals(claim({}, null, "sk").owner, ownerOf(headers, { apiKey: "sk" }));
});

Deno.test("needOf() reserves a number that can be added up, whatever a client says", () => {
  fc.assert(fc.property(
    fc.anything(),
    fc.nat(2 ** 30),
    fc.option(fc.integer({ min: 1, max: 2 ** 24 })),
    (most, bytes, context) => {
      const { tokens } = claim({ most, bytes }, context);
      assert(Number.isSafeInteger(tokens) && tokens >= bytes / 2.5, String(tokens));
    },
  ));
});
