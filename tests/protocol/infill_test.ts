import { assertEquals, assertThrows } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { type InfillChunk, infillFold, infillWatch } from "../../src/protocol/infill.ts";
import { infillOverrides, parseInfill } from "../../src/protocol/infill_request.ts";

const REQUEST = { input_prefix: "a", input_suffix: "b" };
const TIMINGS = { cache_n: 1, prompt_n: 4, prompt_ms: 1, predicted_n: 2, predicted_ms: 1 };

function part(content: string, index = 0): InfillChunk {
  return { index, content, tokens: [7], stop: false };
}

function last(index = 0): InfillChunk {
  return { index, content: "", tokens: [], stop: true, model: "own", timings: TIMINGS };
}

function fold(chunks: readonly InfillChunk[], request: Record<string, unknown> = {}): unknown {
  const folding = infillFold(parseInfill({ ...REQUEST, ...request }));
  for (const chunk of chunks) folding.chunk(chunk);
  assertEquals(folding.finished(), true);
  return folding.result("public");
}

Deno.test("infillFold() joins the pieces under the last event's fields", () => {
  const whole = { ...last(), content: "xy", model: "public" };
  assertEquals(fold([part("x"), part("y"), last()]), whole);
  assertEquals(fold([part("x"), part("y"), last()], { return_tokens: true }), {
    ...whole,
    tokens: [7, 7],
  });
});

Deno.test("infillFold() joins probabilities", () => {
  const probability = { token: "x", logprob: -1, bytes: [120] };
  const told = { ...part("x"), completion_probabilities: [probability] };
  const whole = fold([told, told, last()]) as InfillChunk;
  assertEquals(whole.completion_probabilities, [probability, probability]);
});

Deno.test("infillFold() gives a list of several choices", () => {
  const folding = infillFold(parseInfill({ ...REQUEST, n: 2 }));
  for (const chunk of [part("b", 1), last(1)]) folding.chunk(chunk);
  assertEquals(folding.finished(), false);
  for (const chunk of [part("a"), last()]) folding.chunk(chunk);
  assertEquals(folding.finished(), true);
  const contents = (folding.result("m") as InfillChunk[]).map(({ content }) => content);
  assertEquals(contents, ["a", "b"]);
  assertEquals(folding.counts().timings, { ...TIMINGS, predicted_n: 4 });
});

Deno.test("infillFold() picks the fields that are wanted, as llama-server does", () => {
  const response_fields = [
    "content",
    "timings/prompt_n",
    "model",
    "none/of",
    "content/x",
    "__proto__",
  ];
  assertEquals(fold([part("x"), last()], { response_fields }), {
    content: "x",
    "timings/prompt_n": 4,
    model: "public",
  });
});

Deno.test("infillOverrides() needs the whole of an answer that it folds", () => {
  const asked = (stream: boolean) =>
    parseInfill({ ...REQUEST, stream, response_fields: ["content"] });
  assertEquals(infillOverrides(asked(false), "own").response_fields, []);
  assertEquals("response_fields" in infillOverrides(asked(true), "own"), false);
});

Deno.test("infillWatch() knows the end of every choice, also where fields were picked", () => {
  const watch = infillWatch(2);
  const see = (value: unknown) => watch.see(`data: ${JSON.stringify(value)}\n\n`);
  watch.see(": ping\n\n");
  see({ ...part('"stop":true'), content: '"stop": true' });
  see(last());
  assertEquals(watch.ended(), false);
  see({ content: "", "timings/prompt_n": 1 });
  assertEquals(watch.ended(), true);
  assertEquals(watch.counts(), { timings: TIMINGS });
});

Deno.test("infillWatch() fails on an end that is no JSON", () => {
  const error = assertThrows(() => infillWatch(1).see("data: {oops\n\n"), ApiError);
  assertEquals(error.code, "upstream_garbled");
});

for (
  const [what, json, param] of [
    ["what is no object", "a", null],
    ["no prefix", { input_suffix: "b" }, "input_prefix"],
    ["a suffix that is no text", { input_prefix: "a", input_suffix: 7 }, "input_suffix"],
    ["fields that are no list", { ...REQUEST, response_fields: "content" }, "response_fields"],
  ] as const
) {
  Deno.test(`parseInfill() refuses ${what}`, () => {
    const error = assertThrows(() => parseInfill(json), ApiError);
    assertEquals([error.status, error.param], [400, param]);
  });
}
