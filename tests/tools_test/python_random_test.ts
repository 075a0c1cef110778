import { assertEquals, assertThrows } from "@std/assert";
import { mersenneTwister } from "../tools/tiny_model/mersenne_twister.ts";
import { pythonRandom } from "../tools/tiny_model/python_random.ts";

Deno.test("`mersenneTwister()` gives the first numbers that its authors published", () => {
  const next = mersenneTwister(Uint32Array.of(0x123, 0x234, 0x345, 0x456));
  assertEquals(Array.from({ length: 5 }, next), [
    1067595299,
    955945823,
    477289528,
    4107218783,
    4228976476,
  ]);
});

// The expected numbers are what CPython 3.11 prints for random.Random("chaski chatml 1").
Deno.test("`pythonRandom()` draws what CPython draws for the same text", async () => {
  const random = await pythonRandom("chaski chatml 1");
  assertEquals(Array.from({ length: 5 }, () => random.gauss(0, 1)), [
    0.30552784211901707,
    -0.12041670823876949,
    -0.23655625873486977,
    0.6819323045486096,
    -0.09126328306875292,
  ]);
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  assertEquals(random.sample(numbers(30), 6), [25, 3, 8, 20, 0, 10]);
  assertEquals(random.sample(numbers(31), 5), [4, 5, 28, 19, 2]);
  assertEquals(random.sample(numbers(4), 4), [3, 1, 0, 2]);
});

Deno.test("`pythonRandom()` refuses a sample larger than its population", async () => {
  const random = await pythonRandom("any");
  assertThrows(() => random.sample([1, 2], 3), RangeError, "Cannot sample");
});
