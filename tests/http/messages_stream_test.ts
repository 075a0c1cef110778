/** How an answer of llama-server is told as a stream of Anthropic's. */
import { assert, assertEquals } from "@std/assert";
import { type AnswerSpec, delta, ending, opening, stream } from "../fake_llama/answers.ts";
import { type Script, sse } from "../fake_llama/script.ts";
import { collect } from "../sse_reader.ts";
import { MESSAGES, testApp, tokensIn } from "./test_app.ts";

interface Event {
  type: string;
  index?: number;
  message?: { id: string; usage: Record<string, number> };
  content_block?: Record<string, unknown>;
  delta?: Record<string, unknown>;
  usage?: Record<string, number>;
}

const TOOLS = ["Read", "List"].map((name) => ({ name, input_schema: { type: "object" } }));

/** The events of an answer that is made of these steps. */
async function told(...script: Script[]): Promise<Event[]> {
  await using app = await testApp();
  app.fake.reply(...script);
  const thinking = { type: "adaptive" };
  const body = { ...MESSAGES.body, stream: true, tools: TOOLS, thinking };
  const { events, rest } = await collect(await app.post(MESSAGES.path, body));
  assertEquals(rest, "");
  return events.map(({ event, data }) => {
    const said = data as Event;
    assertEquals(said.type, event);
    return said;
  });
}

/** `text[0] "One" " two" .`: each block with its deltas, and a point where it ends. */
function blocksIn(events: readonly Event[]): string[] {
  const blocks: string[] = [];
  for (const { type, index, content_block, delta } of events) {
    if (type === "content_block_start") blocks.push(`${content_block?.type}[${index}]`);
    const said = delta?.text ?? delta?.thinking ?? delta?.partial_json;
    if (type === "content_block_delta" && said !== undefined) {
      blocks[blocks.length - 1] += ` ${JSON.stringify(said)}`;
    }
    if (type === "content_block_stop") blocks[blocks.length - 1] += " .";
  }
  return blocks;
}

const read = { name: "Read", arguments: '{"a":1}', id: "call_1" };
const list = { name: "List", arguments: "{}", id: "call_2" };

const CASES: [name: string, answer: AnswerSpec, blocks: string[], reason: string][] = [
  ["text in one block [AM25] [AM33] [AM37] [AM38] [AM43]", { text: "One two" }, [
    'text[0] "One" " two" .',
  ], "end_turn"],
  ["text that ends at the limit [AM44] [AM45]", { text: "One two", finish: "length" }, [
    'text[0] "One" " two" .',
  ], "max_tokens"],
  ["a call by its arguments as they come [AM39] [AM40] [AM42]", { calls: [read] }, [
    'tool_use[0] "{" "\\"" "a" "\\"" ":" "1" "}" .',
  ], "tool_use"],
  ["text that ends where a call begins [AM28] [AM41]", { text: "One", calls: [list] }, [
    'text[0] "One" .',
    'tool_use[1] "{" "}" .',
  ], "tool_use"],
  ["several calls in blocks of their own [AM34] [AM49]", { calls: [list, list] }, [
    'tool_use[0] "{" "}" .',
    'tool_use[1] "{" "}" .',
  ], "tool_use"],
  [
    "thought, text and call one after the other",
    {
      reasoning: "Hm",
      text: "One",
      calls: [list],
    },
    ['thinking[0] "Hm" .', 'text[1] "One" .', 'tool_use[2] "{" "}" .'],
    "tool_use",
  ],
];

for (const [name, answer, blocks, reason] of CASES) {
  Deno.test(`createMessage() streams ${name}`, async () => {
    const events = await told(stream(answer));
    assertEquals(blocksIn(events), blocks);
    const [end, stop] = events.slice(-2);
    assertEquals([end?.type, stop], ["message_delta", { type: "message_stop" }]);
    assertEquals(end?.delta, { stop_reason: reason, stop_sequence: null });
  });
}

Deno.test("createMessage() streams frames of an event line, a data line and a blank one [AM22] [AM23]", async () => {
  await using app = await testApp();
  const response = await app.post(MESSAGES.path, { ...MESSAGES.body, stream: true });
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const frames = (await response.text()).split("\n\n");
  assertEquals([frames.length > 5, frames.pop()], [true, ""]);
  for (const frame of frames) {
    const [, event, data = ""] = /^event: ([a-z_]+)\ndata: (.+)$/.exec(frame) ?? [];
    assertEquals(JSON.parse(data).type, event);
  }
});

Deno.test("createMessage() streams the message's start alone before the first word [AM24] [AM36]", async () => {
  const usage = { prompt: 30, cached: 20 };
  const [start, block] = await told(stream({ text: "One", usage }));
  assertEquals([start?.type, block?.type], ["message_start", "content_block_start"]);
  assert(start?.message !== undefined);
  const { id, usage: counts, ...message } = start.message;
  assert(/^msg_\w+$/.test(id), id);
  assertEquals(message, {
    type: "message",
    role: "assistant",
    model: "tiny",
    content: [],
    stop_reason: null,
    stop_sequence: null,
  });
  assertEquals(tokensIn(counts), [10, 20, 0]);
});

Deno.test("createMessage() streams usage at the end, without what was cached [AM30] [AM31] [AM46]", async () => {
  const usage = { prompt: 30, cached: 20, completion: 7 };
  const events = await told(stream({ text: "One", usage }));
  assertEquals(events.slice(-3).map(({ type }) => type), [
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  assertEquals(tokensIn(events.at(-2)?.usage), [10, 20, 7]);
});

Deno.test("createMessage() streams nothing for deltas and comments that say nothing [AM27] [AM32] [AM47]", async () => {
  const events = await told(
    opening(),
    sse.ping(),
    delta({}),
    delta({ content: "" }),
    delta({ content: "One" }),
    delta({ content: "" }),
    sse.chunk({ choices: [] }),
    ending(),
  );
  assertEquals(events.map(({ type }) => type), [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

Deno.test("createMessage() streams text after a call in a block of its own [AM29] [AM35]", async () => {
  const fragment = { index: 0, id: "call_1", function: { name: "List", arguments: "{}" } };
  const events = await told(
    opening(),
    delta({ content: "One" }),
    delta({ tool_calls: [fragment] }),
    delta({ content: "Two" }),
    ending("tool_calls"),
  );
  const blocks = ['text[0] "One" .', 'tool_use[1] "{}" .', 'text[2] "Two" .'];
  assertEquals(blocksIn(events), blocks);
});

Deno.test("createMessage() streams a call's id and name with its first fragment", async () => {
  const events = await told(stream({ calls: [read] }));
  const started = events.find(({ type }) => type === "content_block_start")?.content_block;
  assertEquals(started, { type: "tool_use", id: "call_1", name: "Read", input: {} });
});

Deno.test("createMessage() streams an end where there are no blocks at all [AM48]", async () => {
  // llama-server's context was full before the first word.
  const events = await told(opening(), ending("length"));
  assertEquals(events.map(({ type }) => type), ["message_start", "message_delta", "message_stop"]);
});

Deno.test("createMessage() restores the case of a tool's name", async () => {
  const events = await told(stream({ calls: [{ ...read, name: "read" }] }));
  assertEquals(events.find(({ content_block }) => content_block)?.content_block?.name, "Read");
});
