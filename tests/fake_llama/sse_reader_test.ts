import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { collect, parseSse, sseParts } from "../sse_reader.ts";

function answer(parts: Iterable<Uint8Array>, type = "text/event-stream"): Response {
  return new Response(ReadableStream.from(parts), { headers: { "content-type": type } });
}

const MIXED = '\uFEFF: hi\ndata: 1\r\n\r\nevent: a\rid: 7\rdata:[2,\rdata: "🦙"]\r\r' +
  "event: no data\n\nretry: 5\nx\n: late\n:\ndata: [DONE]\n\ndata: 3\n";

Deno.test("`parseSse()` follows the standard", () => {
  const { events, comments, rest } = parseSse(MIXED.slice(1));
  const seen = events.map(({ event, data, raw, id, comments }) => ({
    event,
    data,
    raw,
    id,
    comments,
  }));
  assertEquals(seen, [
    { event: "message", data: 1, raw: "1", id: "", comments: [" hi"] },
    { event: "a", data: [2, "🦙"], raw: '[2,\n"🦙"]', id: "7", comments: [] },
    { event: "message", data: "[DONE]", raw: "[DONE]", id: "7", comments: [" late", ""] },
  ]);
  assertEquals(comments.map((c) => c.comment), [" hi", " late", ""]);
  assertEquals(rest, "data: 3\n");
});

Deno.test("`collect()` sees the same however the bytes are split", async () => {
  const bytes = new TextEncoder().encode(MIXED);
  const plain = ({ events, comments, rest }: Awaited<ReturnType<typeof collect>>) => ({
    events: events.map((event) => ({ ...event, receivedAt: 0 })),
    comments: comments.map((c) => c.comment),
    rest,
  });
  const whole = plain(parseSse(MIXED.slice(1)));
  const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 });
  await fc.assert(fc.asyncProperty(cuts, async (at) => {
    const edges = [0, ...at.toSorted((a, b) => a - b), bytes.length];
    const parts = edges.slice(1).map((end, i) => bytes.slice(edges[i], end));
    assertEquals(plain(await collect(answer(parts))), whole);
  }));
});

Deno.test("`sseParts()` gives comments as they come", async () => {
  const text = new TextEncoder().encode(":\n\n: b\n\ndata: 1\n\n");
  const parts = await Array.fromAsync(sseParts(answer([text])));
  assertEquals(parts.map((part) => "comment" in part ? part.comment : part.data), ["", " b", 1]);
});

Deno.test("`collect()` refuses an answer that is no event stream", async () => {
  const json = answer([new TextEncoder().encode('{"error":1}')], "application/json");
  await assertRejects(() => collect(json), TypeError, '{"error":1}');
});

Deno.test("`parseSse()` refuses data that is no JSON", () => {
  assertThrows(() => parseSse("data: {\n\n"), SyntaxError, "Cannot read event");
});
