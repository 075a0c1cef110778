import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../src/protocol/error.ts";
import { chatSaysSomething } from "../../src/protocol/chat.ts";
import { chatFold } from "../../src/protocol/chat_fold.ts";
import { type Folding, folding } from "../../src/stream/folding.ts";
import { CHAT_STREAMS, recordedStreams } from "./recorded.ts";
import { sizes, split, utf8 } from "./split.ts";

function chatFolding(model: string): Folding {
  return folding({ fold: chatFold(1), saysSomething: chatSaysSomething, model });
}

/** The JSON text that the client gets of these pieces. */
function fold(pieces: readonly Uint8Array[]): string {
  const folded = chatFolding("public");
  assertEquals(folded.open(), "");
  for (const piece of pieces) assertEquals(folded.push(piece), "");
  const text = folded.end();
  assert(typeof text === "string");
  const { usage, timings } = JSON.parse(text);
  assertEquals([folded.counts().usage, folded.counts().timings], [usage, timings]);
  return text;
}

Deno.test("folding() gives the same completion for any split of the upstream's bytes", async () => {
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

Deno.test("folding() ends with [DONE], or with a stream that said why it stopped", async () => {
  const [body = ""] = await recordedStreams("chat-stream");
  const folded = chatFolding("m");
  folded.push(utf8(body));
  assertEquals(folded.ended(), true);
  const without = chatFolding("m");
  without.push(utf8(body.replace("data: [DONE]\n\n", "")));
  assertEquals([without.ended(), without.end()], [false, folded.end()]);
});

Deno.test("folding() says nothing while it folds, and fails with the envelope", () => {
  const folded = chatFolding("m");
  assertEquals(folded.beat(), "");
  const text = folded.fail(new ApiError("Cannot go on.", { status: 500, type: "server_error" }));
  assert(typeof text === "string");
  assertEquals(JSON.parse(text).error.message, "Cannot go on.");
});

Deno.test("folding() is not answering while the prompt is read [H19]", () => {
  const folded = chatFolding("m");
  folded.push(utf8('data: {"choices":[],"prompt_progress":{"total":9,"processed":1}}\n\n'));
  assertEquals(folded.answering(), false);
  folded.push(
    utf8('data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n'),
  );
  assertEquals(folded.answering(), true);
});

for (
  const [what, text, code] of [
    ["an error in mid-stream [H24]", 'data: {"error":{"code":500,"message":"boom"}}\n\n', /error/],
    ["an event that is no JSON", "data: {oops}\n\n", /garbled/],
    ["an event that is no object", "data: 7\n\n", /garbled/],
    ["an event that is null", "data: null\n\n", /garbled/],
  ] as const
) {
  Deno.test(`folding() fails on ${what}`, () => {
    const error = assertThrows(() => chatFolding("m").push(utf8(text)), ApiError);
    assertEquals(error.status, 502);
    assert(code.test(error.code ?? ""), error.code ?? "");
  });
}

Deno.test("folding() fails on a stream that ends too early, and on an empty one", () => {
  const half = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';
  for (const text of ["", ": ping\n\n", half]) {
    const folded = chatFolding("m");
    folded.push(utf8(text));
    const error = assertThrows(() => folded.end(), ApiError);
    assertEquals([error.status, error.code], [502, "upstream_disconnected"]);
  }
});
