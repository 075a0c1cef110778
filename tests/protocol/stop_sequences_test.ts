import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ChatChunk } from "../../src/protocol/chat.ts";
import { stopWatch } from "../../src/protocol/stop_sequences.ts";

function chunkOf(content: string, finish_reason: string | null = null): ChatChunk {
  return { choices: [{ index: 0, delta: { content }, finish_reason }] };
}

/** What is told of pieces of a text, and the sequence that ended it. */
function hear(pieces: readonly string[], sequences: readonly string[]) {
  const watch = stopWatch(sequences);
  const chunks = [...pieces.map((piece) => chunkOf(piece)), chunkOf("", "length")];
  const told = chunks.map((chunk) => watch.chunk(chunk).choices?.[0]);
  const text = told.map((choice) => choice?.delta?.content ?? "").join("");
  const reasons = told.map((choice) => choice?.finish_reason ?? null).filter((one) => one !== null);
  return { text, matched: watch.matched(), reasons };
}

Deno.test("stopWatch() ends the text before a sequence, however it comes", () => {
  for (const pieces of [["one END two"], ["one E", "N", "D two"], [..."one END two"]]) {
    assertEquals(hear(pieces, ["END", "STOP"]), {
      text: "one ",
      matched: "END",
      reasons: ["stop"],
    });
  }
});

Deno.test("stopWatch() lets a text pass that has no sequence", () => {
  assertEquals(hear(["one EN", "N E", "N"], ["END"]), {
    text: "one ENN EN",
    matched: null,
    reasons: ["length"],
  });
});

Deno.test("stopWatch() counts what was said until then", () => {
  const watch = stopWatch(["END"]);
  const timings = { cache_n: 3, prompt_n: 4, prompt_ms: 1, predicted_n: 5, predicted_ms: 1 };
  const { usage } = watch.chunk({ ...chunkOf("END"), timings });
  assertEquals(usage, { prompt_tokens: 7, completion_tokens: 5 });
});

Deno.test("stopWatch() leaves thoughts and calls alone", () => {
  const watch = stopWatch(["END"]);
  const delta = { reasoning_content: "END" };
  const told = watch.chunk({ choices: [{ index: 0, delta, finish_reason: null }] });
  assertEquals(told.choices?.[0]?.delta?.reasoning_content, "END");
  assertEquals(watch.matched(), null);
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
