import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { outputTail } from "../../src/supervise/output_tail.ts";

async function* pieces(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function linesOf(texts: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  const tail = outputTail((line) => told.push(line));
  await tail.take(pieces(texts));
  assertEquals(tail.lines(), told.slice(-200));
  return told;
}

Deno.test("`outputTail()` gives the same lines however the output is cut", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "😀", " ", "\t"), maxLength: 12 });
  const end = fc.constantFrom("\n", "\r\n");
  const output = fc.array(fc.tuple(line, end), { maxLength: 8 });
  const cuts = fc.array(fc.nat(80), { maxLength: 6 });
  await fc.assert(fc.asyncProperty(output, cuts, async (lines, cuts) => {
    const text = lines.flat().join("");
    const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort((a, b) =>
      a - b
    );
    const cut = at.slice(1).map((end, i) => text.slice(at[i], end));
    assertEquals(await linesOf(cut), lines.map(([line]) => line));
  }));
});

Deno.test("`outputTail()` tells a last line without an end", async () => {
  assertEquals(await linesOf(["one\ntw", "o"]), ["one", "two"]);
  assertEquals(await linesOf([""]), []);
});

Deno.test("`outputTail()` keeps 200 lines of 1000 characters", async () => {
  const long = "x".repeat(900);
  const many = Array.from({ length: 300 }, (_, at) => `${at}\n`);
  const told = await linesOf([long, long, long, "\n", ...many]);
  assertEquals([told[0]?.length, told.length], [1000, 301]);
  assertEquals(await linesOf([`${"y".repeat(1000)}\r\n`]), ["y".repeat(1000)]);
});

Deno.test("`outputTail()` keeps the lines of two streams apart", async () => {
  const tail = outputTail();
  const one = Promise.withResolvers<string>();
  const out = tail.take((async function* () {
    yield "loading ";
    yield await one.promise;
  })());
  await tail.take(pieces(["an error\n"]));
  one.resolve("done\n");
  await out;
  assertEquals(tail.lines(), ["an error", "loading done"]);
});
