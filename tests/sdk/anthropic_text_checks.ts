import { assert, assertEquals, assertRejects } from "@std/assert";
import Anthropic from "@anthropic-ai/sdk";
import {
  type AnthropicCheck,
  type AnthropicStage,
  bothWays,
  full,
  promptTokens,
  says,
  textOf,
  typesOf,
} from "./anthropic_stage.ts";
import { CONTEXT, MODEL } from "./sdk_stage.ts";

// With a marker for tools but without tools the tiny model repeats itself until the limit; the other
// templates not for long enough.
const ENDLESS = { messages: says("[[tool]] Hello."), max_tokens: 7000 };

/** Plain answers in text. */
export const anthropicTextChecks: readonly AnthropicCheck[] = [
  { name: "`messages.create()` gives a whole message [E12]", run: whole },
  {
    name: "`messages.create()` streams blocks that are begun, told and ended [E13]",
    run: streamed,
  },
  { name: "`messages.stream()` accumulates what its events told [E14]", run: accumulated },
  { name: "`beta.messages` goes the same way", run: beta },
  { name: "`messages.create()` ends at max_tokens", run: cut },
  { name: "`messages.create()` ends at a stop sequence, and names it", run: stopped },
  { name: "`messages.create()` tells when the context is full", templates: ["qwen3"], run: filled },
  {
    name: "`messages.create()` stops the model at a stop sequence",
    templates: ["qwen3"],
    run: halted,
  },
  { name: "`stream.abort()` ends the answer", templates: ["qwen3"], run: aborted },
];

const hello = { messages: says("[[plain]] Hello.") };

async function whole({ client }: AnthropicStage): Promise<void> {
  const { data, request_id } = await client.messages.create(full(hello)).withResponse();
  assertEquals([data.type, data.role, data.model], ["message", "assistant", MODEL]);
  assert(data.id.startsWith("msg_"), data.id);
  assert(request_id?.startsWith("req_"), String(request_id));
  assertEquals([data.stop_reason, data.stop_sequence], ["end_turn", null]);
  assert(textOf(data).length > 0);
  assert(promptTokens(data) > 0 && data.usage.output_tokens > 0);
}

async function streamed({ client }: AnthropicStage): Promise<void> {
  const asked = { ...full(hello), stream: true } as const;
  const events = await Array.fromAsync(await client.messages.create(asked));
  const [start, ...others] = events;
  assert(start?.type === "message_start");
  assertEquals([start.message.content, start.message.stop_reason], [[], null]);
  assert(promptTokens(start.message) > 0, JSON.stringify(start.message.usage));
  assertEquals(others.slice(-2).map(({ type }) => type), ["message_delta", "message_stop"]);
  let open: number | null = null;
  let begun = 0;
  for (const event of others.slice(0, -2)) {
    if (event.type === "content_block_start") {
      assertEquals([open, event.index], [null, begun++]);
      open = event.index;
    } else {
      assert(event.type === "content_block_delta" || event.type === "content_block_stop");
      assertEquals(event.index, open);
      if (event.type === "content_block_stop") open = null;
    }
  }
  assertEquals([open, begun > 0], [null, true]);
}

async function accumulated({ client }: AnthropicStage): Promise<void> {
  const texts: string[] = [];
  const types = new Set<string>();
  const stream = client.messages.stream(full(hello))
    .on("text", (text) => texts.push(text))
    .on("streamEvent", ({ type }) => types.add(type));
  const message = await stream.finalMessage();
  assertEquals(texts.join(""), textOf(message));
  assertEquals(textOf(message).length > 0, true);
  assertEquals(types.size, 6, [...types].join());
  assertEquals([message.stop_reason, stream.request_id?.startsWith("req_")], ["end_turn", true]);
  assert(promptTokens(message) > 0 && message.usage.output_tokens > 0);
}

async function beta({ client }: AnthropicStage): Promise<void> {
  const asked = { ...full(hello), betas: ["interleaved-thinking-2025-05-14"] };
  const message = await client.beta.messages.create(asked);
  assertEquals([message.type, message.stop_reason], ["message", "end_turn"]);
  const streamed = await client.beta.messages.stream(asked).finalMessage();
  assertEquals(streamed.stop_reason, "end_turn");
  const { input_tokens } = await client.beta.messages.countTokens({ model: MODEL, ...hello });
  assert(input_tokens > 0);
}

async function cut({ client }: AnthropicStage): Promise<void> {
  for (const message of await bothWays(client, { ...hello, max_tokens: 2 })) {
    assertEquals([message.stop_reason, message.usage.output_tokens], ["max_tokens", 2]);
  }
}

async function stopped({ client }: AnthropicStage): Promise<void> {
  // Every answer of the tiny model has blanks and commas or full stops.
  const asked = { ...hello, stop_sequences: ["[[never]]", " ", "e", "."] };
  for (const message of await bothWays(client, asked)) {
    assertEquals(message.stop_reason, "stop_sequence", JSON.stringify(message));
    assert(asked.stop_sequences.slice(1).includes(message.stop_sequence ?? ""));
    assert(!/[ e.]/.test(textOf(message)), textOf(message));
    assert(promptTokens(message) > 0 && message.usage.output_tokens > 0);
  }
}

async function halted({ client }: AnthropicStage): Promise<void> {
  for (const message of await bothWays(client, { ...ENDLESS, stop_sequences: ["tool_call>\n"] })) {
    assertEquals(message.stop_sequence, "tool_call>\n", textOf(message));
    assert(message.usage.output_tokens < 100, JSON.stringify(message.usage));
  }
}

async function filled({ client }: AnthropicStage): Promise<void> {
  const prompt = (words: number) => says(`[[tool]] ${"llama ".repeat(words)}`);
  const size = async (words: number) =>
    (await client.messages.countTokens({ model: MODEL, messages: prompt(words) })).input_tokens;
  const [none, hundred] = [await size(0), await size(100)];
  const most = Math.floor((CONTEXT - none - 50) / ((hundred - none) / 100));
  const asked = { messages: prompt(most), max_tokens: 32_000 };
  for (const message of await bothWays(client, asked)) {
    assertEquals(message.stop_reason, "model_context_window_exceeded");
    assertEquals(promptTokens(message) + message.usage.output_tokens, CONTEXT);
  }
}

async function aborted({ client, chaski }: AnthropicStage): Promise<void> {
  const stream = client.messages.stream(full(ENDLESS));
  stream.on("text", () => stream.abort());
  await assertRejects(() => stream.finalMessage(), Anthropic.APIUserAbortError);
  await chaski.logged(({ outcome, stream }) => outcome === "cancelled" && stream === true);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 300);
  const error = await assertRejects(
    () => client.messages.create(full(ENDLESS), { signal: controller.signal }),
    Error,
  );
  // Behind the head the SDK gives what its reading of the body throws.
  assert(error instanceof Anthropic.APIUserAbortError || error.name === "AbortError", `${error}`);
  await chaski.logged(({ outcome, stream }) => outcome === "cancelled" && stream === false);
  const after = await client.messages.create(full(hello));
  assertEquals(typesOf(after).at(-1), "text");
}
