import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../src/protocol/error.ts";
import {
  type EventRelay,
  eventRelay,
  type EventRelayOptions,
} from "../../src/stream/event_relay.ts";
import type { Piece } from "../../src/stream/transfer.ts";
import { parseSse } from "../sse_reader.ts";
import { CHAT_STREAMS, recordedStreams } from "./recorded.ts";
import { sizes, split, textOf, utf8 } from "./split.ts";

function relayOf(options: Partial<EventRelayOptions> = {}): EventRelay {
  return eventRelay({ keepProgress: false, manyChoices: false, rename: null, ...options });
}

/** Everything that the client gets of these pieces. */
function pass(relay: EventRelay, pieces: readonly Uint8Array[]): string {
  const out: Piece[] = [relay.open()];
  for (const piece of pieces) {
    if (relay.ended()) break;
    out.push(relay.push(piece));
  }
  const last = relay.end();
  assert(typeof last === "string");
  return textOf([...out, last]);
}

const ROLE = event({ choices: [delta({ role: "assistant", content: null })] });
const DONE = "data: [DONE]\n\n";

function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function delta(fields: Record<string, unknown>, index = 0): unknown {
  return { finish_reason: null, index, delta: fields };
}

function says(text: string, index = 0): string {
  return event({ choices: [delta({ content: text }, index)], model: "tiny" });
}

function progress(processed: number, index = 0): string {
  return event({
    choices: [delta({ role: "assistant", content: null }, index)],
    prompt_progress: { total: 100, cache: 0, processed, time_ms: 1 },
  });
}

/** The events without those of prompt progress. */
function withoutProgress(body: string): string {
  return body.split("\n\n").filter((each) => each !== "" && !each.includes('"prompt_progress":'))
    .map((each) => `${each}\n\n`).join("");
}

for (const name of CHAT_STREAMS) {
  Deno.test(`eventRelay() hands ${name} on byte by byte, without prompt progress`, async () => {
    for (const body of await recordedStreams(name)) {
      const manyChoices = name.endsWith("n2");
      assertEquals(pass(relayOf({ manyChoices }), [utf8(body)]), withoutProgress(body));
      assertEquals(pass(relayOf({ keepProgress: true, manyChoices }), [utf8(body)]), body);
    }
  });
}

Deno.test("eventRelay() gives the same for any split of the upstream's bytes", async () => {
  const bodies = (await Promise.all(CHAT_STREAMS.map(recordedStreams))).flat();
  const rename = { from: "tiny", to: 'a "model" called é' };
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      sizes,
      fc.record({
        keepProgress: fc.boolean(),
        manyChoices: fc.boolean(),
        rename: fc.constantFrom(null, rename),
      }),
      (body, cuts, options) => {
        const whole = pass(relayOf(options), [utf8(body)]);
        assertEquals(pass(relayOf(options), split(utf8(body), cuts)), whole);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("eventRelay() hands over the very bytes once the answer has begun", () => {
  const relay = relayOf();
  relay.push(utf8(ROLE));
  const bytes = utf8(says("Hello"));
  const piece = relay.push(bytes);
  assert(piece instanceof Uint8Array && piece.buffer === bytes.buffer);
});

Deno.test("eventRelay() takes progress out wherever it comes when there are more choices", () => {
  const relay = relayOf({ manyChoices: true });
  const stream = [progress(50), ROLE, says("a"), progress(100, 1), says("b", 1)];
  const out = textOf(stream.map((text) => relay.push(utf8(text))));
  assertEquals(out, ROLE + says("a") + says("b", 1));
});

Deno.test("eventRelay() leaves text that only talks of prompt progress alone", () => {
  const relay = relayOf({ manyChoices: true });
  const text = ROLE + says('"prompt_progress": {"error": 1}');
  assertEquals(textOf([relay.push(utf8(text))]), text);
});

Deno.test("eventRelay() shows the public name in place of a path, in keys alone [H21]", () => {
  const from = "/home/somebody/models/tiny.gguf";
  const relay = relayOf({ rename: { from, to: "tiny" } });
  const text = event({ choices: [delta({ content: `"model":"${from}"` })], model: from });
  const out = JSON.parse(textOf([relay.push(utf8(text))]).slice("data: ".length));
  assertEquals(out.model, "tiny");
  assertEquals(out.choices[0].delta.content, `"model":"${from}"`);
});

Deno.test("eventRelay() is not answering while the prompt is read, even if the client sees that [H19]", () => {
  for (const keepProgress of [false, true]) {
    const relay = relayOf({ keepProgress });
    relay.push(utf8(progress(10) + ": ping\n\n"));
    assertEquals(relay.answering(), false);
    relay.push(utf8(ROLE));
    assertEquals(relay.answering(), true);
  }
});

Deno.test("eventRelay() may send a comment or an error after any piece", () => {
  const relay = relayOf();
  const bytes = utf8(ROLE + says("a") + says("b") + says("c"));
  let out = "";
  for (const piece of split(bytes, [17])) {
    out += textOf([relay.push(piece)]);
    out += relay.beat();
  }
  const { events, comments, rest } = parseSse(out);
  assertEquals([events.length, rest], [4, ""]);
  assert(comments.length > 4);
  out += relay.fail(new ApiError("Cannot go on.", { status: 502, type: "server_error" }));
  assertEquals(parseSse(out).events.length, 5);
});

Deno.test("eventRelay() ends with [DONE], whether or not the connection does", () => {
  const relay = relayOf();
  relay.push(utf8(ROLE + says("a")));
  assertEquals(relay.ended(), false);
  assertEquals(textOf([relay.push(utf8(says("b") + DONE))]), says("b") + DONE);
  assertEquals([relay.ended(), relay.end()], [true, ""]);
});

Deno.test("eventRelay() takes a [DONE] without its blank line for the end", () => {
  for (const last of ["data: [DONE]", "data: [DONE]\n", "data:[DONE]\r\n"]) {
    const relay = relayOf();
    const out = textOf([relay.push(utf8(ROLE + says("a") + last)), relay.end() as string]);
    assertEquals(out, `${ROLE}${says("a")}${last.trim()}\n\n`);
  }
});

Deno.test("eventRelay() refuses a stream that ends without [DONE], and does not send its half event", () => {
  for (const rest of ["", 'data: {"choices":[{"del']) {
    const relay = relayOf();
    const out = textOf([relay.push(utf8(ROLE + says("a") + rest))]);
    assertEquals(out, ROLE + says("a"));
    const error = assertThrows(() => relay.end(), ApiError);
    assertEquals([error.status, error.code], [502, "upstream_disconnected"]);
    assertEquals(parseSse(textOf([relay.fail(error)])).events.length, 1);
  }
});

const IN_BAND = event({
  error: { code: 500, message: "Context size has been exceeded.", type: "server_error" },
});

for (
  const [where, pieces] of [
    ["alone", [ROLE + says("a"), IN_BAND]],
    ["behind text of the same read", [ROLE + says("a"), says("b") + IN_BAND]],
    ["in the first read", [ROLE + says("a") + says("b") + IN_BAND]],
    ["before a [DONE]", [ROLE + says("a"), says("b") + IN_BAND + DONE]],
    ["in two halves", [ROLE + says("a"), IN_BAND.slice(0, 20), IN_BAND.slice(20)]],
  ] as const
) {
  Deno.test(`eventRelay() tells an error in mid-stream ${where} once, in the envelope [H24]`, () => {
    const relay = relayOf();
    const out: Piece[] = [];
    const error = assertThrows(() => {
      for (const text of pieces) out.push(relay.push(utf8(text)));
    }, ApiError);
    assertEquals([error.status, error.code], [503, "server_is_overloaded"]);
    out.push(relay.fail(error));
    const { events, rest } = parseSse(textOf(out));
    const texts = pieces.join("").split("\n\n").filter((text) => text.includes('"choices"'));
    assertEquals([events.length, rest], [texts.length + 1, ""]);
    const last = events.at(-1)?.data as { error: Record<string, unknown> };
    assertEquals(last.error.code, "server_is_overloaded");
    assertEquals(last.error.source, "upstream");
  });
}

Deno.test("eventRelay() fails on an error event that is no JSON", () => {
  const relay = relayOf();
  const error = assertThrows(() => relay.push(utf8('data: {"error":{"a":}}\n\n')), ApiError);
  assertEquals(error.code, "upstream_garbled");
});

Deno.test("eventRelay() takes a null error for none", () => {
  const relay = relayOf();
  const text = event({ error: null, choices: [delta({ content: "a" })] });
  assertEquals(textOf([relay.push(utf8(text))]), text);
});

Deno.test("eventRelay() reads the last counts, of usage and of timings", async () => {
  for (const body of await recordedStreams("chat-stream-progress")) {
    const relay = relayOf();
    pass(relay, [utf8(body)]);
    const { usage, timings } = relay.counts();
    assertEquals([usage?.prompt_tokens, usage?.completion_tokens], [3610, 3]);
    assertEquals([timings?.cache_n, timings?.prompt_n, timings?.predicted_n], [1, 3609, 3]);
  }
});

Deno.test("eventRelay() passes a megabyte in one event, with a name to replace too", () => {
  const text = ROLE + says("x".repeat(1024 * 1024)) + DONE;
  for (const rename of [null, { from: "tiny", to: "t" }]) {
    const out = pass(relayOf({ rename }), split(utf8(text), [1000]));
    assertEquals(out.length, rename === null ? text.length : text.length - "iny".length);
  }
});

Deno.test("eventRelay() refuses an event without end", () => {
  const relay = relayOf();
  const piece = new Uint8Array(1024 * 1024).fill(0x78);
  const error = assertThrows(() => {
    for (let i = 0; i < 20; i++) relay.push(piece);
  }, ApiError);
  assertEquals(error.code, "upstream_garbled");
});
