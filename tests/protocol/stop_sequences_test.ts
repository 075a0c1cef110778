import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { stopWatch } from "../../src/protocol/stop_sequences.ts";

/** What is told of pieces of a text, and the sequence that ended it. */
function hear(pieces: readonly string[], sequences: readonly string[]) {
  const watch = stopWatch(sequences);
  const text = pieces.map((piece) => watch.push(piece)).join("") + watch.flush();
  return { text, matched: watch.matched() };
}

Deno.test("stopWatch() ends the text before a sequence, however it comes", () => {
  for (const pieces of [["one END two"], ["one E", "N", "D two"], [..."one END two"]]) {
    assertEquals(hear(pieces, ["END", "STOP"]), { text: "one ", matched: "END" });
  }
});

Deno.test("stopWatch() lets a text pass that has no sequence", () => {
  assertEquals(hear(["one EN", "N E", "N"], ["END"]), { text: "one ENN EN", matched: null });
});

Deno.test("stopWatch() begins anew behind what was flushed, and after a restart", () => {
  const watch = stopWatch(["END"]);
  assertEquals([watch.push("a E"), watch.flush(), watch.push("ND")], ["a ", "E", "ND"]);
  assertEquals([watch.push("END"), watch.matched(), watch.push("more")], ["", "END", ""]);
  watch.restart();
  assertEquals([watch.push("more"), watch.matched()], ["more", null]);
});

Deno.test("stopWatch() finds what a search in the whole text finds", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), fc.array(word, { minLength: 1, maxLength: 3 }), (
      pieces,
      sequences,
    ) => {
      const whole = pieces.join("");
      const { text, matched } = hear(pieces, sequences);
      const found = sequences.filter((sequence) => whole.includes(sequence));
      assertEquals(matched === null, found.length === 0);
      if (matched === null) return assertEquals(text, whole);
      assertEquals(text, whole.slice(0, text.length));
      assertEquals(whole.slice(text.length, text.length + matched.length), matched);
      // Nothing that was told holds a sequence.
      assertEquals(sequences.filter((sequence) => text.includes(sequence)), []);
    }),
  );
});

Deno.test("stopWatch() looks at no character often, whatever the sequences are", () => {
  const sequences = Array.from(
    { length: 100 },
    (_, i) => `${"a".repeat(400)}b${"a".repeat(i)}b${"a".repeat(400)}z`,
  );
  const watch = stopWatch(sequences);
  const start = performance.now();
  for (let i = 0; i < 10_000; i++) watch.push("a");
  // A search for every ending of the text takes minutes.
  assert(performance.now() - start < 10_000);
  assertEquals(watch.matched(), null);
});
