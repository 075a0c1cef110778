import { assertEquals } from "@std/assert";
import { FakeLlama } from "../fake_llama.ts";
import { collect } from "../sse_reader.ts";
import { type Exchange, readTranscript } from "../transcript.ts";
import { stream, text, toolCall, toolCalls } from "./answers.ts";
import { replay } from "./replay.ts";
import type { Script } from "./script.ts";

/** The payloads that the fake gives for a request that asks for everything. */
async function payloads(script: Script, more: Record<string, unknown> = {}): Promise<unknown[]> {
  await using fake = await FakeLlama.start();
  fake.reply(script);
  const body = JSON.stringify({ messages: [], stream: true, ...more });
  const init = { method: "POST", body };
  const { events, rest } = await collect(await fetch(`${fake.url}/v1/chat/completions`, init));
  assertEquals(rest, "");
  return events.map((event) => event.data);
}

/** Every key with the type of its value; the distinct shapes in the order of their first coming. */
function shapes(values: readonly unknown[]): string[] {
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, shape(v)]));
  };
  return [...new Set(values.map((value) => JSON.stringify(shape(value))))];
}

async function recorded(name: string, at = 0): Promise<Exchange> {
  const exchange = (await readTranscript(name))[at];
  if (!exchange) throw new Error(`Cannot find exchange ${at} of ${name}`);
  return exchange;
}

const USAGE = { stream_options: { include_usage: true } };

Deno.test("`text()` has the shapes of a recorded stream without usage", async () => {
  const real = await recorded("chat-stream", 0);
  assertEquals(shapes(await payloads(text("Yes near"))), shapes(real.response.events));
});

Deno.test("`text()` has the shapes of a recorded stream with usage", async () => {
  const real = await recorded("chat-stream", 1);
  assertEquals(shapes(await payloads(text("Yes near"), USAGE)), shapes(real.response.events));
});

Deno.test("`stream()` has the shapes of recorded reasoning before a call", async () => {
  const real = await recorded("chat-stream-think-tool");
  const call = { name: "get_weather", arguments: { city: "Oslo" } };
  const ours = await payloads(stream({ reasoning: "so it is", calls: [call] }), USAGE);
  assertEquals(shapes(ours), shapes(real.response.events));
});

Deno.test("`toolCalls()` has the shapes of recorded parallel calls", async () => {
  const real = await recorded("chat-stream-tool-parallel");
  const calls = [{ name: "a", arguments: { b: "c" } }, { name: "d", arguments: '{"cut' }];
  assertEquals(shapes(await payloads(toolCalls(calls), USAGE)), shapes(real.response.events));
});

Deno.test("`stream()` reports progress where it was asked for, shaped as recorded", async () => {
  const real = await recorded("chat-stream-progress");
  const opening = real.response.events.slice(0, 4);
  const ours = await payloads(text("Hi"), { return_progress: true });
  assertEquals(shapes(ours.slice(0, 3)), shapes(opening));
  assertEquals(shapes((await payloads(text("Hi"))).slice(0, 1)), shapes(opening.slice(3)));
});

Deno.test("`toolCall()` sends id and name first, then arguments that join to the JSON", async () => {
  const args = { city: "São Paulo", list: [1, 2.5, null], quote: '"\n' };
  const events = await payloads(toolCall("get_weather", args));
  const parts = events.flatMap((event) => callPart(event) ?? []);
  assertEquals(parts.map((part) => part.name), [
    "get_weather",
    ...parts.slice(1).map(() => undefined),
  ]);
  assertEquals(parts.map((part) => part.id?.length), [32, ...parts.slice(1).map(() => undefined)]);
  assertEquals(parts[0]?.arguments, "{");
  assertEquals(JSON.parse(parts.map((part) => part.arguments).join("")), args);
});

Deno.test("`replay()` gives a recorded stream and a recorded error again", async () => {
  const real = await recorded("chat-stream-tool-auto");
  assertEquals(await payloads(replay(real)), real.response.events);
  const refused = (await readTranscript("errors")).find((e) => e.response.status === 400);
  await using fake = await FakeLlama.start();
  if (refused) fake.reply(replay(refused));
  const init = { method: "POST", body: '{"messages":[]}' };
  const answer = await fetch(`${fake.url}/v1/chat/completions`, init);
  assertEquals(answer.status, 400);
  assertEquals(await answer.text(), refused?.response.body);
});

interface CallPart {
  id?: string;
  name?: string;
  arguments?: string;
}

/** The call of a payload whose only delta is a piece of one call. */
function callPart(payload: unknown): CallPart | undefined {
  const calls = JSON.stringify(payload).match(/"tool_calls":\[(\{.*\})\]\}\}\]/);
  if (!calls?.[1]) return undefined;
  const call: { id?: string; function: CallPart } = JSON.parse(calls[1]);
  return { ...call.function, ...(call.id === undefined ? {} : { id: call.id }) };
}
