import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { median } from "./statistics.ts";

Deno.test("`median()` takes the middle of an odd number of values", () => {
  assertEquals(median([9, 1, 5]), 5);
});

Deno.test("`median()` takes the upper middle of an even number, the worse of two", () => {
  assertEquals(median([2, 1]), 2);
  assertEquals(median([4, 1, 3, 2]), 3);
});

Deno.test("`median()` sorts numbers by size and leaves its argument alone", () => {
  const values = [100, 20, 3];
  assertEquals(median(values), 20);
  assertEquals(values, [100, 20, 3]);
});

Deno.test("`median()` leaves out what could not be measured", () => {
  assertEquals(median([NaN, 7, NaN]), 7);
  assertEquals(median([NaN]), NaN);
  assertEquals(median([]), NaN);
});

Deno.test("`median()` counts never as the largest value", () => {
  assertEquals(median([Infinity, 1, 2]), 2);
  assertEquals(median([Infinity, 1]), Infinity);
});

Deno.test("`median()` has at most half of the values on either side", () => {
  fc.assert(fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
    const middle = median(values);
    const below = values.filter((value) => value < middle).length;
    const above = values.filter((value) => value > middle).length;
    return values.includes(middle) && below * 2 <= values.length && above * 2 <= values.length;
  }));
});
