import { assertEquals } from "@std/assert";
import { callNamer, pairAnswers } from "../../../src/protocol/responses/history/calls.ts";
import type {
  CallStep,
  OutputStep,
  Step,
} from "../../../src/protocol/responses/history/step_types.ts";

/** `c:id` is a call, `o:id` an output, `u` a user's message; the position tells them apart. */
function pairs(...words: string[]): Record<string, string> {
  const names = new Map<Step, string>();
  const steps = words.map((word, i): Step => {
    const [kind, key] = word.split(":");
    const step = kind === "u"
      ? { kind: "user" as const, parts: [] }
      : kind === "c"
      ? callStep(key || null)
      : outputStep(key || null);
    names.set(step, `${word}@${i}`);
    return step;
  });
  const { of, to } = pairAnswers(steps);
  const found = [...to].map(([output, call]) => [names.get(output), names.get(call)]);
  assertEquals([...of].map(([call, output]) => [names.get(output), names.get(call)]), found);
  return Object.fromEntries(found);
}

function callStep(key: string | null): CallStep {
  return { kind: "call", key, name: "f", arguments: "{}" };
}

function outputStep(key: string | null): OutputStep {
  return { kind: "output", key, parts: [], param: "" };
}

Deno.test("`pairAnswers()` pairs by call id, in any order", () => {
  assertEquals(pairs("c:a", "c:b", "o:b", "o:a"), { "o:b@2": "c:b@1", "o:a@3": "c:a@0" });
});

Deno.test("`pairAnswers()` pairs repeated ids in order", () => {
  assertEquals(pairs("c:a", "c:a", "o:a", "o:a", "o:a"), { "o:a@2": "c:a@0", "o:a@3": "c:a@1" });
  assertEquals(pairs("c:a", "o:a", "c:a", "o:a"), { "o:a@1": "c:a@0", "o:a@3": "c:a@2" });
});

Deno.test("`pairAnswers()` prefers the latest turn where a call went unanswered", () => {
  assertEquals(pairs("c:a", "u", "c:a", "o:a"), { "o:a@3": "c:a@2" });
  assertEquals(pairs("c:a", "u", "o:a"), { "o:a@2": "c:a@0" });
});

Deno.test("`pairAnswers()` gives an output without an id to a call that nobody else answers", () => {
  assertEquals(pairs("c:a", "c:b", "o:", "o:b"), { "o:b@3": "c:b@1", "o:@2": "c:a@0" });
  assertEquals(pairs("c:", "c:", "o:", "o:"), { "o:@2": "c:@0", "o:@3": "c:@1" });
  assertEquals(pairs("c:a", "u", "c:b", "o:"), { "o:@3": "c:b@2" });
});

Deno.test("`pairAnswers()` never pairs an output with a later call", () => {
  assertEquals(pairs("o:a", "c:a", "o:", "u", "o:"), { "o:@2": "c:a@1" });
});

Deno.test("`callNamer()` numbers calls with nine letters and digits", () => {
  const name = callNamer();
  assertEquals(["call_x", null, "call_x"].map(name), ["call00000", "call00001", "call00002"]);
});

Deno.test("`callNamer()` keeps an id that has the form already, once", () => {
  const name = callNamer();
  assertEquals(
    ["AbCdEf123", "AbCdEf123", "call00001", "x", "too-short"].map(name),
    ["AbCdEf123", "call00000", "call00001", "call00002", "call00003"],
  );
});
