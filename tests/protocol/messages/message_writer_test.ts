import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../../src/protocol/error.ts";
import type { MessageFacts } from "../../../src/protocol/messages/message.ts";
import { messageWriter } from "../../../src/protocol/messages/message_writer.ts";
import { trimmerOf } from "../../../src/protocol/messages/parameters.ts";
import { assertGolden } from "../../golden.ts";
import { parseSse } from "../../sse_reader.ts";
import { conversionOf, convert } from "../../stream/conversion_of.ts";
import { CHAT_STREAMS, recordedStreams } from "../../stream/recorded.ts";
import { sizes, split, utf8 } from "../../stream/split.ts";

interface Event {
  type: string;
  index?: number;
  content_block?: { type: string };
  delta?: Record<string, unknown>;
}

const FACTS: MessageFacts = {
  sign: (thought) => `signed ${thought.length}`,
  hidesThinking: false,
  context: null,
  trimmer: () => null,
  stopped: () => null,
};

function conversion(facts: Partial<MessageFacts> = {}) {
  const writer = messageWriter({ ...FACTS, ...facts });
  return conversionOf({ reasoning: "text", write: writer.event, asides: writer });
}

function tell(body: string, facts: Partial<MessageFacts> = {}): string {
  return convert(conversion(facts), [utf8(body)]);
}

function eventsOf(text: string): Event[] {
  return parseSse(text).events.map(({ event, data }) => {
    assertEquals(event, (data as Event).type);
    return data as Event;
  });
}

/** One message: begun, blocks one after the other, its end, and nothing behind it. */
function checkOrder(events: readonly Event[]): void {
  const [start, ...rest] = events;
  assertEquals(start?.type, "message_start");
  assertEquals(rest.slice(-2).map(({ type }) => type), ["message_delta", "message_stop"]);
  let [open, next] = [false, 0];
  for (const { type, index } of rest.slice(0, -2)) {
    assertEquals(type === "content_block_start", !open, type);
    if (type === "content_block_start") open = true;
    assertEquals(index, next, type);
    if (type !== "content_block_stop") continue;
    open = false;
    next++;
  }
  assert(!open);
}

for (const name of CHAT_STREAMS.filter((name) => name !== "chat-stream-n2")) {
  Deno.test(`messageWriter() tells ${name} as a message`, async () => {
    const texts: string[] = [];
    for (const body of await recordedStreams(name)) {
      const events = eventsOf(tell(body));
      checkOrder(events);
      texts.push(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    }
    await assertGolden(`message-events/${name}.events.jsonl`, texts.join("\n"));
  });
}

Deno.test("messageWriter() tells the same, however the upstream's bytes are cut", async () => {
  for (const name of ["chat-stream-think-tool", "chat-stream-progress", "chat-stream-utf8"]) {
    const [body = ""] = await recordedStreams(name);
    const whole = tell(body);
    fc.assert(
      fc.property(sizes, (sizes) => {
        assertEquals(convert(conversion(), split(utf8(body), sizes)), whole);
      }),
      { numRuns: 20 },
    );
  }
});

Deno.test("messageWriter() knows the prompt's counts when it begins", async () => {
  const [body = ""] = await recordedStreams("chat-stream-progress");
  const [start] = parseSse(tell(body)).events;
  const { usage } = (start?.data as { message: { usage: Record<string, number> } }).message;
  const [last] = eventsOf(tell(body)).slice(-2) as { usage?: Record<string, number> }[];
  assert((usage.input_tokens ?? 0) > 0, JSON.stringify(usage));
  assertEquals(usage.input_tokens, last?.usage?.input_tokens);
  assertEquals(usage.cache_read_input_tokens, last?.usage?.cache_read_input_tokens);
});

Deno.test("messageWriter() hides a thought in its signature", async () => {
  const [body = ""] = await recordedStreams("chat-stream-reasoning");
  const shown = eventsOf(tell(body));
  const hidden = eventsOf(tell(body, { hidesThinking: true }));
  const deltas = (events: Event[], type: string) =>
    events.flatMap(({ delta }) => delta?.type === type ? [delta] : []);
  const thought = deltas(shown, "thinking_delta").map(({ thinking }) => thinking).join("");
  assert(thought.length > 0);
  assertEquals(deltas(hidden, "thinking_delta"), []);
  assertEquals(deltas(hidden, "signature_delta"), [{
    type: "signature_delta",
    signature: `signed ${thought.length}`,
  }]);
});

Deno.test("messageWriter() frees a call of parameters that its tool does not have", async () => {
  const [body = ""] = await recordedStreams("chat-stream-tool-required");
  const argsOf = (events: Event[]) => events.map(({ delta }) => delta?.partial_json ?? "").join("");
  const whole = JSON.parse(argsOf(eventsOf(tell(body))));
  const [first = "", ...others] = Object.keys(whole);
  const parameters = { properties: { [others[0] ?? "x"]: {} }, additionalProperties: false };
  const trimmer = () => trimmerOf({ type: "function", function: { name: "t", parameters } });
  const events = eventsOf(tell(body, { trimmer }));
  checkOrder(events);
  const { [first]: _, ...kept } = whole;
  const expected = Object.fromEntries(Object.entries(kept).slice(0, 1));
  assertEquals(JSON.parse(argsOf(events)), expected);
});

Deno.test("messageWriter() ends a call that was cut, and says why", async () => {
  const [body = ""] = await recordedStreams("chat-stream-tool-cut");
  const parameters = { properties: {}, additionalProperties: false };
  const trim = trimmerOf({ type: "function", function: { name: "t", parameters } });
  for (const facts of [{}, { trimmer: () => trim }]) {
    const events = eventsOf(tell(body, facts));
    checkOrder(events);
    const args = events.map(({ delta }) => delta?.partial_json ?? "").join("");
    assert(args.startsWith("{") && !args.endsWith("}"), args);
    assertEquals(events.at(-2)?.delta?.stop_reason, "max_tokens");
  }
  const [last] = eventsOf(tell(body, { context: 1 })).slice(-2);
  assertEquals(last?.delta?.stop_reason, "model_context_window_exceeded");
});

Deno.test("messageWriter() pings while nothing is said", () => {
  const running = conversion();
  assertEquals(running.open(), "");
  assertEquals(running.beat(), 'event: ping\ndata: {"type":"ping"}\n\n');
});

Deno.test("messageWriter() ends a failure with one error and nothing else", async () => {
  const [body = ""] = await recordedStreams("chat-stream");
  const running = conversion();
  const error = new ApiError("Cannot go on.", { status: 503, type: "server_error", retryAfter: 1 });
  const told = [running.open(), running.push(utf8(body.slice(0, 600))), running.fail(error)].join(
    "",
  );
  const events = eventsOf(told);
  assertEquals(events.filter(({ type }) => type === "message_stop"), []);
  assertEquals(events.at(-1), {
    type: "error",
    error: { type: "overloaded_error", message: "Cannot go on." },
    request_id: null,
  } as Event);
});
