import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../src/protocol/error.ts";
import { chatFolding } from "../../src/stream/chat_folding.ts";
import { CHAT_STREAMS, recordedStreams } from "./recorded.ts";
import { sizes, split, utf8 } from "./split.ts";

/** The JSON text that the client gets of these pieces. */
function fold(pieces: readonly Uint8Array[]): string {
  const folding = chatFolding("public");
  assertEquals(folding.open(), "");
  for (const piece of pieces) assertEquals(folding.push(piece), "");
  const text = folding.end();
  assert(typeof text === "string");
  const { usage, timings } = JSON.parse(text);
  assertEquals([folding.counts().usage, folding.counts().timings], [usage, timings]);
  return text;
}

Deno.test("chatFolding() gives the same completion for any split of the upstream's bytes", async () => {
  const bodies = (await Promise.all(CHAT_STREAMS.map(recordedStreams))).flat();
  fc.assert(
    fc.property(fc.constantFrom(...bodies), sizes, (body, cuts) => {
      const bytes = utf8(body);
      const text = fold([bytes]);
      assertEquals(fold(split(bytes, cuts)), text);
      assertEquals(JSON.parse(text).model, "public");
    }),
  );
});

Deno.test("chatFolding() ends with [DONE], or with a stream that said why it stopped", async () => {
  const [body = ""] = await recordedStreams("chat-stream");
  const folding = chatFolding("m");
  folding.push(utf8(body));
  assertEquals(folding.ended(), true);
  const without = chatFolding("m");
  without.push(utf8(body.replace("data: [DONE]\n\n", "")));
  assertEquals([without.ended(), without.end()], [false, folding.end()]);
});

Deno.test("chatFolding() says nothing while it folds, and fails with the envelope", () => {
  const folding = chatFolding("m");
  assertEquals(folding.beat(), "");
  const text = folding.fail(new ApiError("Cannot go on.", { status: 500, type: "server_error" }));
  assert(typeof text === "string");
  assertEquals(JSON.parse(text).error.message, "Cannot go on.");
});

Deno.test("chatFolding() is not answering while the prompt is read [H19]", () => {
  const folding = chatFolding("m");
  folding.push(utf8('data: {"choices":[],"prompt_progress":{"total":9,"processed":1}}\n\n'));
  assertEquals(folding.answering(), false);
  folding.push(
    utf8('data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'),
  );
  assertEquals(folding.answering(), true);
});

for (
  const [what, text, code] of [
    ["an error in mid-stream [H24]", 'data: {"error":{"code":500,"message":"boom"}}\n\n', /error/],
    ["an event that is no JSON", "data: {oops}\n\n", /garbled/],
    ["an event that is no object", "data: 7\n\n", /garbled/],
    ["an event that is null", "data: null\n\n", /garbled/],
  ] as const
) {
  Deno.test(`chatFolding() fails on ${what}`, () => {
    const error = assertThrows(() => chatFolding("m").push(utf8(text)), ApiError);
    assertEquals(error.status, 502);
    assert(code.test(error.code ?? ""), error.code ?? "");
  });
}

Deno.test("chatFolding() fails on a stream that ends too early, and on an empty one", () => {
  const half = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';
  for (const text of ["", ": ping\n\n", half]) {
    const folding = chatFolding("m");
    folding.push(utf8(text));
    const error = assertThrows(() => folding.end(), ApiError);
    assertEquals([error.status, error.code], [502, "upstream_disconnected"]);
  }
});
