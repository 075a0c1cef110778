/** What a conversion has heard before the connection broke is forgotten, unless it was told. */
import { assert, assertEquals } from "@std/assert";
import { chatSaysSomething } from "../../src/protocol/chat.ts";
import { chatFold } from "../../src/protocol/chat_fold.ts";
import { eventRelay } from "../../src/stream/event_relay.ts";
import { folding } from "../../src/stream/folding.ts";
import type { Conversion } from "../../src/stream/transfer.ts";
import { wholeAnswer } from "../../src/stream/whole_answer.ts";
import { conversionOf } from "./conversion_of.ts";
import { recordedStreams } from "./recorded.ts";
import { textOf, utf8 } from "./split.ts";

const [WHOLE = ""] = await recordedStreams("chat-stream-progress");
/** Where the first word of the answer begins. */
const WORD = WHOLE.indexOf('"content":"');

/** Each kind, made anew with the same ids. */
const KINDS: Record<string, () => Conversion> = {
  responses: () => conversionOf(),
  relay: () => eventRelay({ keepProgress: false, manyChoices: false, rename: null }),
  fold: () => folding({ fold: chatFold(1), saysSomething: chatSaysSomething, model: "tiny" }),
};

function told(conversion: Conversion, pieces: readonly string[]): string {
  const all = [conversion.open(), ...pieces.map((text) => conversion.push(utf8(text)))];
  const last = conversion.end();
  assert(typeof last !== "object" || !("again" in last));
  return textOf([...all, last]);
}

for (const [name, make] of Object.entries(KINDS)) {
  Deno.test(`restart() of ${name} tells the second answer as if there had been no first`, () => {
    const expected = told(make(), [WHOLE]);
    // The role's event answers a relay already, so it has to break before that.
    const until = name === "relay" ? WHOLE.indexOf("prompt_progress") : WORD;
    for (let at = 0; at < until; at += 7) {
      const conversion = make();
      const { open } = conversion;
      const opened = textOf([open()]);
      const before = textOf([conversion.push(utf8(WHOLE.slice(0, at)))]);
      assertEquals([before, conversion.restart()], ["", true], `${at}`);
      assertEquals(opened + told({ ...conversion, open: () => "" }, [WHOLE]), expected);
    }
  });

  Deno.test(`restart() of ${name} is refused once the model has answered`, () => {
    const conversion = make();
    conversion.open();
    conversion.push(utf8(WHOLE.slice(0, WHOLE.indexOf("\n\n", WORD) + 2)));
    assertEquals([conversion.answering(), conversion.restart()], [true, false]);
  });
}

Deno.test("restart() is refused behind the end of an answer that said nothing", () => {
  const end = `data: ${
    JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })
  }\n\n`;
  for (const make of Object.values(KINDS)) {
    const conversion = make();
    conversion.open();
    conversion.push(utf8(end));
    assertEquals(conversion.restart(), false);
  }
});

Deno.test("restart() of a further pass is refused", async () => {
  const conversion = conversionOf({ askAgain: () => Promise.reject(new Error("not asked")) });
  conversion.open();
  const silent = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
  conversion.push(utf8(`data: ${JSON.stringify(silent)}\n\ndata: [DONE]\n\n`));
  const end = conversion.end();
  assert(typeof end === "object" && "again" in end);
  await end.again().catch(() => {});
  assertEquals([conversion.answering(), conversion.restart()], [false, false]);
});

Deno.test("restart() of an answer in one piece is refused once it has come", () => {
  const conversion = wholeAnswer();
  assertEquals(conversion.restart(), true);
  conversion.push(utf8("{}"));
  assertEquals(conversion.restart(), false);
});
