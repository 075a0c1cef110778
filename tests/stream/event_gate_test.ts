import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../src/protocol/error.ts";
import { eventGate, looksLast } from "../../src/stream/event_gate.ts";
import { sizes, split, textOf, utf8 } from "./split.ts";

const BOUND = 1024 * 1024;

Deno.test("eventGate() lets whole events through as the bytes that came", () => {
  const gate = eventGate(BOUND);
  const bytes = utf8("data: a\n\n: b\n\n");
  assert(gate.push(bytes)?.buffer === bytes.buffer);
  assertEquals(gate.rest().length, 0);
});

Deno.test("eventGate() holds the beginning of an event until its end has come", () => {
  const gate = eventGate(BOUND);
  assertEquals(textOf([gate.push(utf8("data: a\n\ndata: b")) ?? ""]), "data: a\n\n");
  assertEquals(gate.push(utf8("c\n")), null);
  assertEquals(textOf([gate.rest()]), "data: bc\n");
  assertEquals(textOf([gate.push(utf8("\ndata: d")) ?? ""]), "data: bc\n\n");
  assertEquals(textOf([gate.rest()]), "data: d");
});

Deno.test("eventGate() loses nothing, adds nothing and cuts only between events, for any split", () => {
  const event = fc.tuple(
    fc.constantFrom("data: x", "data: é😀", ": ping", "event: a\ndata: b", "data: \r"),
    fc.constantFrom("\n\n", "\r\n\r\n", "\n\r\n"),
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.array(event),
      fc.constantFrom("", "data: half", "data: x\n"),
      sizes,
      (...all) => {
        const [events, rest, cuts] = all;
        const bytes = utf8(events.join("") + rest);
        const gate = eventGate(BOUND);
        const passed = split(bytes, cuts).map((piece) => textOf([gate.push(piece) ?? ""]));
        for (const text of passed) {
          assert(
            text === "" || /\n\r?\n$/.test(text),
            JSON.stringify(text),
          );
        }
        assertEquals(passed.join(""), events.join(""));
        assertEquals(textOf([gate.rest()]), rest);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("eventGate() lets an event of 1 MB through, in pieces of any size", () => {
  const bytes = utf8(`data: ${"x".repeat(BOUND - 100)}\n\n`);
  for (const size of [11, 4096]) {
    const gate = eventGate(BOUND);
    const passed = split(bytes, [size]).flatMap((piece) => gate.push(piece) ?? []);
    assertEquals(textOf(passed).length, bytes.length);
  }
});

Deno.test("eventGate() refuses an event beyond the bound", () => {
  const gate = eventGate(100);
  const error = assertThrows(() => {
    for (let i = 0; i < 20; i++) gate.push(utf8("0123456789"));
  }, ApiError);
  assertEquals([error.status, error.code], [502, "upstream_garbled"]);
});

Deno.test("looksLast() picks the end and errors out of events, wherever they begin", () => {
  for (const text of ["data: [DONE]", "data:[DONE]", 'data: {"error":{}}', 'data:{"error":"x"}']) {
    for (const before of ["", 'data: {"choices":[]}\n\n', ":\r\n\r\n"]) {
      for (const end of ["\n\n", "\r\n\r\n"]) assert(looksLast(utf8(before + text + end)), text);
    }
  }
  for (const text of ['data: {"choices":[{"error":1}]}', ": ping", "data: x", ""]) {
    assert(!looksLast(utf8(`${text}\n\n`)), text);
  }
});
