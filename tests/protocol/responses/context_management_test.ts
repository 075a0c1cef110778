import { assertEquals } from "@std/assert";
import type { Note } from "../../../src/protocol/note.ts";
import { compactThreshold } from "../../../src/protocol/responses/context_management.ts";
import { parseCreateResponse } from "../../../src/protocol/responses/schema.ts";
import { refusalOf } from "./translating.ts";

/** The threshold and the labels of the notes. */
function threshold(context_management: unknown, context: number | null = 8000) {
  const notes: Note[] = [];
  const request = parseCreateResponse({ context_management });
  return [
    compactThreshold(request, context, { notes }),
    ...notes.map(({ code, param }) => `${code} ${param}`),
  ];
}

const compaction = { type: "compaction" };

Deno.test("`compactThreshold()` takes the client's number, or four fifths of the context", () => {
  assertEquals(threshold([{ ...compaction, compact_threshold: 1000 }]), [1000]);
  assertEquals(threshold([{ ...compaction, compact_threshold: 7999 }]), [7999]);
  assertEquals(threshold([{ ...compaction, compact_threshold: null }]), [6400]);
  assertEquals(threshold([compaction, { ...compaction, compact_threshold: 1000 }]), [6400]);
  for (const nothing of [undefined, null, []]) assertEquals(threshold(nothing), [null]);
});

Deno.test("`compactThreshold()` lowers what could never be reached", () => {
  const at = "context_management[0].compact_threshold";
  assertEquals(threshold([{ ...compaction, compact_threshold: 200_000 }]), [
    6400,
    `threshold_lowered ${at}`,
  ]);
});

Deno.test("`compactThreshold()` needs a number where the context is not known", () => {
  const at = "context_management[0].compact_threshold";
  assertEquals(threshold([compaction], null), [null, `compaction_off ${at}`]);
  assertEquals(threshold([{ ...compaction, compact_threshold: 200_000 }], null), [200_000]);
});

Deno.test("`compactThreshold()` notes what it does not know", () => {
  const other = { type: "clear_tool_uses", compact_threshold: "x" };
  assertEquals(threshold([other, {}, compaction]), [
    6400,
    "context_management_ignored context_management[0].type",
    "context_management_ignored context_management[1].type",
  ]);
});

Deno.test("`parseCreateResponse()` refuses a threshold that OpenAI would refuse", () => {
  for (const compact_threshold of [999, 1000.5, "1000"]) {
    const body = { input: "a", context_management: [{ ...compaction, compact_threshold }] };
    assertEquals(refusalOf(body).param, "context_management[0].compact_threshold");
  }
  assertEquals(refusalOf({ input: "a", context_management: ["x"] }).param, "context_management[0]");
});
