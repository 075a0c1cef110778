import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ResponseEvent } from "../../src/protocol/responses/output/events.ts";
import { assertGolden } from "../golden.ts";
import { assertEventFits, assertFits } from "../open_responses.ts";
import { parseSse } from "../sse_reader.ts";
import { eventWriter } from "../../src/protocol/responses/output/event_writer.ts";
import { conversionOf, convert } from "./conversion_of.ts";
import { recordedStreams } from "./recorded.ts";
import { split } from "./split.ts";

type Numbered = ResponseEvent & { sequence_number: number };

const TRANSCRIPTS = [
  "chat-stream",
  "chat-stream-progress",
  "chat-stream-reasoning",
  "chat-stream-think-tool",
  "chat-stream-tool-auto",
  "chat-stream-tool-cut",
  "chat-stream-tool-parallel",
  "chat-stream-tool-required",
  "chat-stream-utf8",
  "chat-stream-logprobs",
  "chat-stream-json-schema",
  "gpt-oss-stream-reasoning",
  "gpt-oss-stream-tool",
  "qwen3.5-stream-tool",
];

function eventsOf(text: string): Numbered[] {
  return parseSse(text).events.map(({ data }) => data as Numbered);
}

const encoder = new TextEncoder();

for (const name of TRANSCRIPTS) {
  Deno.test(`responsesConversion() tells ${name} as events`, async () => {
    const texts: string[] = [];
    for (const body of await recordedStreams(name)) {
      const text = convert(conversionOf({ logprobs: name.includes("logprobs") }), [
        encoder.encode(body),
      ]);
      const events = eventsOf(text);
      for (const event of events) assertEventFits(event);
      checkOrder(events);
      texts.push(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    }
    await assertGolden(`events/${name}.events.jsonl`, texts.join("\n"));
  });
}

Deno.test("responsesConversion() tells the same events as lines of JSON", async () => {
  for (const name of ["chat-stream-logprobs", "qwen3.5-stream-tool"]) {
    const logprobs = name.includes("logprobs");
    const [body = ""] = await recordedStreams(name);
    const told = (options = {}) =>
      convert(conversionOf({ logprobs, ...options }), [encoder.encode(body)]);
    const lines = told({ write: eventWriter(0, "line") });
    assert(lines.endsWith("}\n"));
    const events = lines.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(events, eventsOf(told()));
  }
});

Deno.test("responsesConversion() tells reasoning as text where that is configured", async () => {
  const [body = ""] = await recordedStreams("chat-stream-reasoning");
  const events = eventsOf(convert(conversionOf({ reasoning: "text" }), [encoder.encode(body)]));
  checkOrder(events);
  const types = new Set(events.map(({ type }) => type));
  assert(types.has("response.reasoning_text.delta"));
  assert(!types.has("response.reasoning_summary_text.delta"));
});

Deno.test("responsesConversion() gives the same events for any split of the upstream's bytes", async () => {
  const bodies = (await Promise.all(TRANSCRIPTS.map(recordedStreams))).flat();
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 }),
      (body, sizes) => {
        const bytes = encoder.encode(body);
        const whole = convert(conversionOf(), [bytes]);
        assertEquals(convert(conversionOf(), split(bytes, sizes)), whole);
      },
    ),
    { numRuns: 150 },
  );
});

/** What holds for every stream: numbers, order of items, sums of deltas, one true end. */
function checkOrder(events: readonly Numbered[]): void {
  assertEquals(events.map((event) => event.sequence_number), events.map((_, i) => i));
  assertEquals(events[0]?.type, "response.created");
  assertEquals(events[1]?.type, "response.in_progress");
  const ends = events.filter(({ type }) => /^response\.(completed|incomplete|failed)$/.test(type));
  assertEquals(ends.length, 1);
  assertEquals(ends[0], events.at(-1));
  const added = events.filter((event) => event.type === "response.output_item.added");
  assertEquals(added.map((event) => event.output_index), added.map((_, i) => i));
  const done = events.filter((event) => event.type === "response.output_item.done");
  assertEquals(done.map((event) => event.output_index), done.map((_, i) => i));
  const last = events.at(-1);
  assert(last !== undefined && "response" in last);
  assertFits("ResponseResource", last.response);
  last.response.output.forEach((item, index) => {
    const deltas = events.flatMap((event) =>
      "delta" in event && event.output_index === index ? [event.delta] : []
    ).join("");
    if (item.type === "function_call") assertEquals(item.arguments, deltas);
    if (item.type === "reasoning") assertEquals(item.content[0]?.text, deltas);
    if (item.type === "message") {
      const parts = item.content.map((part) => part.type === "refusal" ? part.refusal : part.text);
      assertEquals(parts.join(""), deltas);
    }
  });
}
