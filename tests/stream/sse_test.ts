import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isKeepAlive, MAX_LINE, sseScanner } from "../../src/stream/sse.ts";
import { sizes, split, utf8 } from "./split.ts";

/** Every payload of the pieces. */
function payloads(pieces: readonly Uint8Array[], maxLine = MAX_LINE): string[] {
  const scanner = sseScanner(maxLine);
  const all: string[] = [];
  for (const piece of pieces) scanner.push(piece, (payload) => all.push(payload));
  return all;
}

Deno.test("sseScanner() hands over the data lines and nothing else", () => {
  const text =
    ": a comment\n\nevent: x\nid: 7\ndata: one\n\ndata:two\n\ndata:  three \n\nretry: 1\n\n";
  assertEquals(payloads([utf8(text)]), ["one", "two", " three "]);
});

Deno.test("sseScanner() reads lines that end with CR LF", () => {
  assertEquals(payloads([utf8("data: a\r\n\r\ndata: b\r\n\r\n")]), ["a", "b"]);
});

Deno.test("sseScanner() keeps an unfinished line to itself", () => {
  const scanner = sseScanner(MAX_LINE);
  const all: string[] = [];
  scanner.push(utf8("data: a\n\ndata: half"), (payload) => all.push(payload));
  assertEquals(all, ["a"]);
  scanner.push(utf8("\n"), (payload) => all.push(payload));
  assertEquals(all, ["a", "half"]);
});

Deno.test("sseScanner() gives the same payloads for any split of the bytes", () => {
  const line = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => `data: ${oneLine(text)}`),
    fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => `: ${oneLine(text)}`),
    fc.constantFrom("", "data:", "data: 😀é\u2028", "event: ping"),
  );
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom("\n", "\r\n"), sizes, (lines, end, cuts) => {
      const text = lines.map((each) => each + end).join("");
      const expected = lines.filter((each) => each.startsWith("data:"))
        .map((each) => each.slice("data:".length).replace(/^ /, ""));
      assertEquals(payloads([utf8(text)]), expected);
      assertEquals(payloads(split(utf8(text), cuts)), expected);
    }),
  );
});

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, "");
}

Deno.test("sseScanner() makes broken UTF-8 U+FFFD, also at the end of a piece", () => {
  const bytes = [...utf8("data: a"), 0xff, ...utf8("b\n\ndata: "), 0xf0, 0x9f, ...utf8("\n\n")];
  for (const cuts of [[100], [1], [8, 3]]) {
    assertEquals(payloads(split(new Uint8Array(bytes), cuts)), ["a\ufffdb", "\ufffd"]);
  }
});

Deno.test("sseScanner() reads a line of 1 MB in pieces of any size", () => {
  const text = `data: ${"x".repeat(1024 * 1024)}\n\n`;
  for (const size of [7, 4096, 2 * 1024 * 1024]) {
    const [payload, ...others] = payloads(split(utf8(text), [size]));
    assertEquals([payload?.length, others.length], [1024 * 1024, 0]);
  }
});

Deno.test("sseScanner() reads a line of 5 MB in small pieces within seconds, not minutes", () => {
  const pieces = split(utf8(`data: ${"x".repeat(5_000_000)}\n\n`), [64]);
  const before = performance.now();
  assertEquals(payloads(pieces).length, 1);
  assert(performance.now() - before < 20_000);
});

Deno.test("sseScanner() throws RangeError for a line beyond the bound, finished or not", () => {
  for (
    const pieces of [[`data: ${"x".repeat(200)}`], ["data: ", ...Array(20).fill("0123456789")]]
  ) {
    assertThrows(() => payloads(pieces.map(utf8), 100), RangeError, "exceeds 100");
  }
});

Deno.test("sseScanner() has room for many lines within the bound of one", () => {
  const text = "data: 0123456789\n\n".repeat(100);
  assertEquals(payloads(split(utf8(text), [33]), 100).length, 100);
});

Deno.test("isKeepAlive() knows a comment that stands alone", () => {
  for (const text of [":\n\n", ": ping\n\n", ":"]) assert(isKeepAlive(utf8(text)), text);
  for (const text of ["", "data: x\n\n", ":\n\ndata: x\n\n", "\n:\n", "data: :\n\n"]) {
    assert(!isKeepAlive(utf8(text)), text);
  }
});
