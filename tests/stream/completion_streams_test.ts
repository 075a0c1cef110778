/** Completions and infills, relayed and folded, whatever the split of their bytes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  completionFold,
  completionSaysSomething,
  completionWatch,
} from "../../src/protocol/completion.ts";
import { infillFold, infillSaysSomething, infillWatch } from "../../src/protocol/infill.ts";
import { parseInfill } from "../../src/protocol/infill_request.ts";
import { ApiError } from "../../src/protocol/error.ts";
import { eventRelay } from "../../src/stream/event_relay.ts";
import { folding } from "../../src/stream/folding.ts";
import type { Conversion } from "../../src/stream/transfer.ts";
import { recordedStreams } from "./recorded.ts";
import { sizes, split, textOf, utf8 } from "./split.ts";

const [COMPLETION = "", INFILL = ""] = await recordedStreams("completions");
const RELAY = { keepProgress: false, manyChoices: false, rename: null };
const ASKED = parseInfill({ input_prefix: "", input_suffix: "" });

const KINDS: Record<string, [body: string, relay: () => Conversion, fold: () => Conversion]> = {
  completion: [
    COMPLETION,
    () => eventRelay({ ...RELAY, watch: completionWatch(1) }),
    () =>
      folding({
        fold: completionFold({ n: 1, choices: 1, echoed: null }),
        saysSomething: completionSaysSomething,
        model: "tiny",
      }),
  ],
  infill: [
    INFILL,
    () => eventRelay({ ...RELAY, watch: infillWatch(1) }),
    () => folding({ fold: infillFold(ASKED), saysSomething: infillSaysSomething, model: "tiny" }),
  ],
};

function pass(conversion: Conversion, pieces: readonly Uint8Array[]): string {
  const out = pieces.map((piece) => conversion.ended() ? "" : conversion.push(piece));
  const last = conversion.end();
  assert(typeof last === "string");
  return textOf([...out, last]);
}

for (const [kind, [body, relay, fold]] of Object.entries(KINDS)) {
  Deno.test(`a recorded ${kind} is relayed byte by byte, and folds, for any split`, () => {
    const whole = pass(fold(), [utf8(body)]);
    assert(whole.includes(" today carries."), whole);
    fc.assert(fc.property(sizes, (cuts) => {
      assertEquals(pass(relay(), split(utf8(body), cuts)), body);
      assertEquals(pass(fold(), split(utf8(body), cuts)), whole);
    }));
  });

  Deno.test(`a ${kind} that ends without its last event is cut off, relayed or folded`, () => {
    const events = body.split("\n\n").filter((event) => event !== "" && !event.includes("[DONE]"));
    const half = `${events.slice(0, -1).join("\n\n")}\n\n`;
    for (const conversion of [relay(), fold()]) {
      conversion.push(utf8(half));
      assertEquals([conversion.ended(), conversion.answering()], [false, true]);
      const error = assertThrows(() => conversion.end(), ApiError);
      assertEquals(error.code, "upstream_disconnected");
    }
  });
}
