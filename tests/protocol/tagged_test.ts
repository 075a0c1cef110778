import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { chosen, tagged } from "../../src/protocol/tagged.ts";

/** The very same object, not an equal one. */
function assertSame(actual: unknown, expected: unknown, message?: string): void {
  assert(Object.is(actual, expected), message ?? "not the same object");
}

const shape = tagged({
  circle: z.object({ type: z.literal("circle"), radius: z.number() }),
  line: z.object({ type: z.literal("line"), ends: z.array(z.object({ x: z.number() })) }),
});

function complaint(schema: z.ZodType, value: unknown): string {
  const issue = schema.safeParse(value).error?.issues[0];
  return `${issue?.path.join("/")}: ${issue?.message}`;
}

Deno.test("`tagged()` keeps a fitting member as the very object it got", () => {
  const circle = { radius: 1, type: "circle", extra: { z: 1, a: 2 } };
  assertSame(shape.parse(circle), circle);
});

Deno.test("`tagged()` refuses a known tag that does not fit, with the path", () => {
  const bad = { type: "line", ends: [{ x: 1 }, { x: "2" }] };
  assertEquals(complaint(shape, bad), "ends/1/x: Invalid input: expected number, received string");
  assertEquals(
    complaint(z.object({ shapes: z.array(shape) }), { shapes: [{ type: "circle" }] }),
    "shapes/0/radius: Invalid input: expected number, received undefined",
  );
});

Deno.test("`tagged()` lets an unknown tag and a missing one pass", () => {
  for (const value of [{ type: "star", points: 5 }, { points: 5 }, { type: null }]) {
    assertSame(shape.parse(value), value);
  }
});

Deno.test("`tagged()` takes no name of Object's own for a tag", () => {
  for (const type of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    assert(shape.safeParse({ type }).success);
  }
});

Deno.test("`tagged()` refuses what is no object, and a tag that is no string", () => {
  for (const value of [null, 3, "circle", [], undefined]) {
    assert(complaint(shape, value).startsWith(": Invalid input: expected object"));
  }
  assertEquals(
    complaint(shape, { type: 7 }),
    "type: Invalid input: expected string, received number",
  );
});

Deno.test("`tagged()` gives a member without a tag the implied one", () => {
  const implied = tagged(
    { circle: z.object({ radius: z.number() }) },
    (member) => "radius" in member ? "circle" : undefined,
  );
  assert(implied.safeParse({ radius: 1 }).success);
  assertEquals(
    complaint(implied, { type: null, radius: "1" }),
    "radius: Invalid input: expected number, received string",
  );
});

Deno.test("`chosen()` judges a value by the schema picked for it, and passes it without one", () => {
  const either = chosen<string | number[]>((value) =>
    typeof value === "string" ? null : z.array(z.number())
  );
  assertEquals(either.parse("x"), "x");
  assertEquals(either.parse([1]), [1]);
  assertEquals(complaint(either, ["1"]), "0: Invalid input: expected number, received string");
});
