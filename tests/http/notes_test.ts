import { assert, assertEquals } from "@std/assert";
import { noteLabels, notesHeader } from "../../src/http/notes.ts";

function note(code: string, param: string) {
  return { code, param, message: "" };
}

Deno.test("notesHeader() is no header where there is nothing to say", () => {
  assertEquals(notesHeader([]), {});
});

Deno.test("notesHeader() tells each thing with its place", () => {
  const notes = [note("image_omitted", "input[3]"), note("x", "tools[8]")];
  assertEquals(notesHeader(notes), { "x-chaski-notes": "image_omitted(input[3]), x(tools[8])" });
});

Deno.test("notesHeader() counts what does not fit, and stays one line of ASCII", () => {
  const notes = Array.from(
    { length: 200 },
    (_, i) => note("naïve\r\nset-cookie: a", `p[${i}]`),
  );
  const { "x-chaski-notes": value = "" } = notesHeader(notes);
  assert(value.length < 2500 && /^[\x20-\x7e]+$/.test(value), value);
  const told = value.split("), ").length - 1;
  assert(value.endsWith(`, and ${200 - told} more`), value);
  assert(new Headers({ "x-chaski-notes": value }).has("x-chaski-notes"));
});

Deno.test("noteLabels() cuts a note whose place is long", () => {
  assertEquals(noteLabels([note("x", "p".repeat(2000))]), [`x(${"p".repeat(98)}`]);
});
