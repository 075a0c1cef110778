import { assert, assertEquals, assertThrows } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { forwardedAnswer, parseEmbeddings, parseForwarded } from "../../src/protocol/forwarded.ts";

const SAME = { id: "m", upstreamId: "m" };

function refusal(work: () => unknown): [number, string | null, string | null] {
  const { status, param, code } = assertThrows(work, ApiError);
  return [status, param, code];
}

Deno.test("parseForwarded() reads the model alone", () => {
  assertEquals(parseForwarded({ model: "m", content: 5 }).model, "m");
  assertEquals(parseForwarded({}).model, null);
  assertEquals(refusal(() => parseForwarded([]))[0], 400);
  assertEquals(refusal(() => parseForwarded({ model: 5 })), [400, "model", null]);
});

Deno.test("parseEmbeddings() refuses what cannot be embedded", () => {
  assertEquals(refusal(() => parseEmbeddings({})), [400, "input", null]);
  const hex = { input: "a", encoding_format: "hex" };
  assertEquals(refusal(() => parseEmbeddings(hex)), [400, "encoding_format", null]);
  assertEquals(refusal(() => parseEmbeddings({ input: "a", dimensions: 0 })), [
    400,
    "dimensions",
    null,
  ]);
});

Deno.test("parseEmbeddings() gives llama-server no null for a format, which it refuses", () => {
  assertEquals(parseEmbeddings({ input: "a", encoding_format: null }).overrides, {
    encoding_format: "float",
  });
  assertEquals(parseEmbeddings({ input: "a", encoding_format: "base64" }).overrides, {});
});

const FLOATS = { data: [{ embedding: [0.1, 0.2, 0.3, 0.4, 0.5] }] };
const BASE64 = { data: [{ embedding: btoa("x".repeat(20)) }] };

Deno.test("parseEmbeddings() takes the model's own dimensions and no others", () => {
  const check = (dimensions: number | null, answer: unknown) =>
    parseEmbeddings({ input: "a", dimensions }).check(answer);
  for (const answer of [FLOATS, BASE64]) {
    check(5, answer);
    check(null, answer);
    const error = assertThrows(() => check(4, answer), ApiError);
    assertEquals([error.status, error.param], [400, "dimensions"]);
    assert(error.message.includes("this model's have 5"), error.message);
  }
  for (const answer of [{}, [], { data: [] }, { data: [{}] }]) {
    assertEquals(refusal(() => check(4, answer))[2], "upstream_garbled");
  }
});

Deno.test("forwardedAnswer() keeps llama-server's own text, and reads what it counted", () => {
  const text = '{"x":0.0, "model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}';
  assertEquals(forwardedAnswer(text, SAME), { text, tokens: { input_tokens: 3 } });
  const list = '[{"index":0,"score":1e-5}]';
  assertEquals(forwardedAnswer(list, { id: "m", upstreamId: "/m.gguf" }), {
    text: list,
    tokens: {},
  });
  const spoken = '{"text":"a","usage":{"input_tokens":9,"output_tokens":2}}';
  assertEquals(forwardedAnswer(spoken, SAME).tokens, { input_tokens: 9, output_tokens: 2 });
});

Deno.test("forwardedAnswer() names the model publicly", () => {
  const names = { id: "tiny", upstreamId: "/srv/tiny.gguf" };
  const { text } = forwardedAnswer('{"model":"/srv/tiny.gguf","data":[1]}', names);
  assertEquals(JSON.parse(text), { model: "tiny", data: [1] });
});

Deno.test("forwardedAnswer() fails on what is no JSON", () => {
  assertEquals(refusal(() => forwardedAnswer("oops", SAME))[2], "upstream_garbled");
});
