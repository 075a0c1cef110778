import { assert, assertEquals, assertThrows } from "@std/assert";
import { textHealer } from "../../src/protocol/healing/healer.ts";
import type { ResponseObject } from "../../src/protocol/responses/output/response.ts";
import { summaryReader } from "../../src/protocol/responses/output/summary.ts";
import { usageCounter } from "../../src/protocol/responses/output/usage.ts";
import type { ResponsesConversionOptions } from "../../src/stream/responses_conversion.ts";
import { parseSse } from "../sse_reader.ts";
import { conversionOf } from "./conversion_of.ts";

const DONE = "data: [DONE]\n\n";

/** An answer of llama-server, up to its end or without one. */
function said(content: string, end = DONE): Uint8Array {
  const finish_reason = end === "" ? null : "stop";
  const chunk = JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] });
  return new TextEncoder().encode(`data: ${chunk}\n\n${end}`);
}

const answerIt = () => Promise.reject(new Error("nobody asks"));

/** A conversion whose first pass is a summary; `written` is what came of it. */
function summing(options: Partial<ResponsesConversionOptions> = {}) {
  const healer = textHealer({ tools: new Map(), most: 0, think: true, discard: true });
  const reader = summaryReader({ healer, usage: usageCounter() });
  const written: string[] = [];
  const pass = {
    ...reader,
    end(failed: boolean) {
      written.push(failed ? "failed" : reader.text());
      const item = { type: "compaction" as const, id: "cmp_1", encrypted_content: "sealed" };
      return { item: failed || reader.text() === "" ? null : item, again: answerIt };
    },
  };
  const summary = () => written.length === 0 ? pass : null;
  return { conversion: conversionOf({ summary, ...options }), written };
}

const itemsOf = (text: string) =>
  parseSse(text).events.flatMap(({ data }) => {
    const event = data as { type: string; output_index?: number; response?: ResponseObject };
    return event.type === "response.output_item.done" ? [event.output_index] : [];
  });

Deno.test("responsesConversion() tells a summary's item first, and nothing of its text", () => {
  const { conversion, written } = summing();
  let text = String(conversion.open()) + conversion.push(said("<think>Hm.</think> A summary. "));
  assertEquals([conversion.ended(), conversion.answering()], [true, true]);
  assertEquals(conversion.end(), { again: answerIt });
  assertEquals([conversion.ended(), conversion.answering()], [false, false]);
  text += conversion.push(said("Now."));
  text += conversion.end();
  assertEquals([written, itemsOf(text), conversion.passes()], [["A summary."], [0, 1], 2]);
  assert(!text.includes("A summary.") && !text.includes("Hm."));
});

Deno.test("responsesConversion() goes on without an item where there is no summary", () => {
  const { conversion } = summing();
  const text = String(conversion.open()) + conversion.push(said(" "));
  assertEquals(conversion.end(), { again: answerIt });
  assertEquals(itemsOf(text + conversion.push(said("Now.")) + conversion.end()), [0]);
});

const ERROR = 'data: {"error":{"code":500,"message":"Context size has been exceeded."}}\n\n';

for (const [what, end] of [["breaks off", ""], ["fails", ERROR]] as const) {
  Deno.test(`responsesConversion() goes on without a summary that ${what}`, () => {
    const { conversion, written } = summing();
    let text = String(conversion.open()) + conversion.push(said("A sum", ""));
    text += conversion.push(new TextEncoder().encode(end));
    assertEquals(conversion.ended(), end !== "");
    assertEquals(conversion.end(), { again: answerIt });
    assertEquals([conversion.ended(), written], [false, ["failed"]]);
    assertEquals(itemsOf(text + conversion.push(said("Now.")) + conversion.end()), [0]);
  });
}

Deno.test("responsesConversion() does not forgive the answer what it forgives the summary", () => {
  const { conversion } = summing();
  conversion.open();
  conversion.push(said("A summary."));
  conversion.end();
  conversion.push(said("No", ""));
  assertThrows(() => conversion.push(new TextEncoder().encode(ERROR)), Error);
  assertThrows(() => conversion.end(), Error, "ended its stream before");
});

Deno.test("responsesConversion() asks once more where nothing but a summary was said", () => {
  const askAgain = () => Promise.reject(new Error("nobody asks"));
  const { conversion } = summing({ askAgain });
  conversion.open();
  conversion.push(said("A summary."));
  assertEquals(conversion.end(), { again: answerIt });
  conversion.push(said(""));
  assertEquals(conversion.end(), { again: askAgain });
  assertEquals(itemsOf(String(conversion.push(said("Now."))) + conversion.end()), [1]);
  assertEquals(conversion.passes(), 3);
});

Deno.test("responsesConversion() takes parting characters out of a summary too", () => {
  const { conversion, written } = summing({ guarded: () => true });
  conversion.open();
  conversion.push(said("It ends by <\u2060|im_end|>."));
  conversion.end();
  assertEquals(written, ["It ends by <|im_end|>."]);
});

Deno.test("responsesConversion() can begin anew behind a summary that failed, not behind one that was told", () => {
  for (const [text, anew] of [[" ", true], ["A summary.", false]] as const) {
    const { conversion } = summing();
    conversion.open();
    conversion.push(said(text));
    assertEquals(conversion.end(), { again: answerIt });
    assertEquals(conversion.restart(), anew, text);
  }
});
