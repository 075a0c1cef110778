import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Completion,
  type CompletionChunk,
  completionFold,
} from "../../src/protocol/completion.ts";
import { completionOverrides, parseCompletion } from "../../src/protocol/completion_request.ts";
import { ApiError } from "../../src/protocol/error.ts";
import { readTranscript } from "../transcript.ts";

function fold(chunks: readonly CompletionChunk[], n = 1, choices = n): Completion {
  const folding = completionFold({ n, choices, echoed: null });
  for (const chunk of chunks) folding.chunk(chunk);
  assert(folding.finished());
  return folding.result("public");
}

function part(index: number, text: string): CompletionChunk {
  const logprobs = { content: [{ token: text, logprob: -1, bytes: [] }] };
  return { choices: [{ index, text, logprobs, finish_reason: null }] };
}

function last(index: number, prompt: number, cached: number, completion: number): CompletionChunk {
  return {
    choices: [{ index, text: "", logprobs: null, finish_reason: "length" }],
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      prompt_tokens_details: { cached_tokens: cached },
    },
  };
}

Deno.test("completionFold() gives what llama-server itself answers without a stream, key by key", async () => {
  const [streamed, whole] = await readTranscript("completions");
  const chunks = streamed?.response.events.filter((event) => event !== "[DONE]");
  const folded = fold(chunks as CompletionChunk[]);
  const native = JSON.parse(whole?.response.body ?? "");
  assertEquals(Object.keys(folded).sort(), Object.keys(native).sort());
  assertEquals(Object.keys(folded.choices[0] ?? {}).sort(), Object.keys(native.choices[0]).sort());
  assertEquals(Object.keys(folded.usage ?? {}).sort(), Object.keys(native.usage).sort());
  assertEquals(folded.choices, [
    { text: " today carries. And", index: 0, logprobs: null, finish_reason: "length" },
  ]);
  assertEquals(folded.model, "public");
});

Deno.test("completionFold() keeps the choices apart, with their log probabilities", () => {
  const chunks = [part(1, "c"), part(0, "a"), part(1, "d"), last(1, 1, 0, 2), last(0, 1, 0, 1)];
  const { choices } = fold(chunks);
  assertEquals(choices.map(({ text }) => text), ["a", "cd"]);
  assertEquals(choices.map(({ logprobs }) => logprobs?.content.map(({ token }) => token)), [
    ["a"],
    ["c", "d"],
  ]);
});

Deno.test("completionFold() counts each prompt once and every choice", () => {
  const chunks = [last(1, 10, 4, 3), last(3, 7, 1, 5), last(0, 10, 4, 2), last(2, 7, 1, 1)];
  assertEquals(fold(chunks, 2, 4).usage, {
    completion_tokens: 11,
    prompt_tokens: 17,
    total_tokens: 28,
    prompt_tokens_details: { cached_tokens: 5 },
  });
});

Deno.test("completionFold() is not finished while a choice has not said why it ended", () => {
  const folding = completionFold({ n: 1, choices: 2, echoed: null });
  assertEquals(folding.finished(), false);
  for (const chunk of [part(0, "a"), last(0, 1, 0, 1)]) folding.chunk(chunk);
  assertEquals(folding.finished(), false);
  folding.chunk(part(1, "b"));
  assertEquals(folding.finished(), false);
  folding.chunk(last(1, 1, 0, 1));
  assertEquals(folding.finished(), true);
});

Deno.test("parseCompletion() reads what matters", () => {
  assertEquals(parseCompletion({ prompt: "a", suffix: "", echo: false, best_of: 1 }), {
    model: null,
    stream: false,
    n: 1,
    choices: 1,
    returnProgress: false,
    echoed: null,
  });
  const many = (prompt: unknown, more = {}) => parseCompletion({ prompt, ...more }).choices;
  assertEquals([many(["a", "b"]), many([[1], [2]]), many("a", { n: 2 })], [2, 2, 2]);
  assertEquals([many(["a"]), many([1, 2]), many("a", { n_cmpl: 2 })], [1, 1, 2]);
  assertEquals([many(["a", 1]), many([]), many(["a", "b"], { n: 3 })], [1, 1, 6]);
});

Deno.test("parseCompletion() has every choice of a prompt echo it", () => {
  const { echoed } = parseCompletion({ prompt: ["a", "b"], n: 2, echo: true });
  assertEquals(echoed, ["a", "a", "b", "b"]);
});

for (
  const [what, json, param] of [
    ["what is no object", [], null],
    ["no prompt", {}, "prompt"],
    ["an echo of tokens", { prompt: [1, 2], echo: true }, "echo"],
    ["an echo beside logprobs", { prompt: "a", echo: true, logprobs: 2 }, "echo"],
    ["an echo without end", { prompt: "a".repeat(2 ** 20), n: 17, echo: true }, "echo"],
    ["a suffix, which llama-server ignores", { prompt: "a", suffix: "b" }, "suffix"],
    ["best_of, which llama-server ignores", { prompt: "a", best_of: 3 }, "best_of"],
    ["a model that is no text", { prompt: "a", model: 7 }, "model"],
    ["no choices", { prompt: "a", n: 0 }, "n"],
    ["a stream that is no flag", { prompt: "a", stream: "yes" }, "stream"],
  ] as const
) {
  Deno.test(`parseCompletion() refuses ${what}`, () => {
    const error = assertThrows(() => parseCompletion(json), ApiError);
    assertEquals([error.status, error.param], [400, param]);
    assert(error.message.startsWith("Cannot "), error.message);
  });
}

Deno.test("completionOverrides() asks for a stream with progress, and names the model", () => {
  const asked = { model: "public", stream: false, returnProgress: false };
  const all = { model: "own", stream: true, return_progress: true };
  assertEquals(completionOverrides(asked, "own"), all);
  const own = { model: "own", stream: true, returnProgress: true };
  assertEquals(completionOverrides(own, "own"), {});
});
