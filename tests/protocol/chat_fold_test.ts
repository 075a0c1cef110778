import { assert, assertEquals } from "@std/assert";
import type { ChatChunk } from "../../src/protocol/chat.ts";
import { type ChatCompletion, chatFold } from "../../src/protocol/chat_fold.ts";
import { readTranscript } from "../transcript.ts";

function fold(chunks: readonly unknown[]): ChatCompletion {
  const folding = chatFold(1);
  for (const chunk of chunks) folding.chunk(chunk as ChatChunk);
  return folding.result("public");
}

/** The payloads of a transcript's first stream, without progress and `[DONE]`. */
async function chunksOf(name: string): Promise<ChatChunk[]> {
  const exchanges = await readTranscript(name);
  const events = exchanges.find(({ response }) => response.events.length > 0)?.response.events;
  assert(events !== undefined);
  return (events.filter((event) => event !== "[DONE]") as ChatChunk[])
    .filter((chunk) => chunk.prompt_progress === undefined);
}

/** The keys of an object and of the objects in it, without values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  const sorted = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(sorted.map(([key, inner]) => [key, shapeOf(inner)]));
}

Deno.test("chatFold() gives what llama-server itself answers without a stream, key by key", async () => {
  const whole = (await readTranscript("chat-nonstream")).map(({ response }) =>
    JSON.parse(response.body)
  );
  const [text, , logprobs] = whole;
  for (
    const [name, answer] of [
      ["chat-stream-progress", text],
      ["chat-stream-logprobs", { ...logprobs, usage: undefined }],
    ] as const
  ) {
    const folded = fold(await chunksOf(name));
    const { usage, ...others } = answer;
    const expected = usage === undefined ? others : answer;
    assertEquals(shapeOf(folded), shapeOf(expected), name);
  }
});

Deno.test("chatFold() gives reasoning and tool calls the shape of llama-server's own", async () => {
  const [, called] = await readTranscript("chat-nonstream");
  const { message } = JSON.parse(called?.response.body ?? "").choices[0];
  const [folded] = fold(await chunksOf("chat-stream-think-tool")).choices;
  // OpenAI has null beside calls where llama-server has "".
  assertEquals(shapeOf({ ...folded?.message, content: "" }), shapeOf(message));
  assertEquals([folded?.message.content, folded?.finish_reason], [null, "tool_calls"]);
  const [call] = folded?.message.tool_calls ?? [];
  assertEquals(typeof JSON.parse(call?.function.arguments ?? ""), "object");
});

Deno.test("chatFold() concatenates what the deltas say", async () => {
  const chunks = await chunksOf("chat-stream-tool-parallel");
  const { choices } = fold(chunks);
  const deltas = chunks.flatMap((chunk) => chunk.choices ?? []).map(({ delta = {} }) => delta);
  const parts = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
  const calls = choices[0]?.message.tool_calls ?? [];
  assert(calls.length > 1);
  calls.forEach((call, index) => {
    const own = parts.filter((part) => part.index === index);
    assertEquals(call.function.arguments, own.map((part) => part.function?.arguments).join(""));
    assertEquals([call.id, call.function.name], [own[0]?.id, own[0]?.function?.name]);
  });
});

Deno.test("chatFold() keeps the choices of n > 1 apart and counts them all", async () => {
  const { choices, usage } = fold(await chunksOf("chat-stream-n2"));
  assertEquals(choices.map(({ index }) => index), [0, 1]);
  assertEquals(choices.map(({ message }) => message.content?.split(" ").length), [4, 3]);
  assertEquals(usage, {
    prompt_tokens: 11,
    completion_tokens: 10,
    total_tokens: 21,
    prompt_tokens_details: { cached_tokens: 10 },
  });
});

Deno.test("chatFold() applies counts that come alone [H06]", async () => {
  const chunks = await chunksOf("chat-stream-progress");
  const folded = fold(chunks);
  assertEquals(chunks.at(-1)?.choices, []);
  assertEquals([folded.usage?.completion_tokens, folded.timings?.predicted_n], [3, 3]);
});

Deno.test("chatFold() shows the public name and never the upstream's", async () => {
  const chunks = (await chunksOf("chat-stream")).map((chunk) => ({ ...chunk, model: "/m/a.gguf" }));
  const folded = fold(chunks);
  assertEquals(folded.model, "public");
  assert(!JSON.stringify(folded).includes("/m/"));
});

Deno.test("chatFold() gives an answer that says nothing empty text", () => {
  const [choice] = fold([
    { choices: [{ index: 0, delta: { role: "assistant", content: null }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  ]).choices;
  assertEquals(choice?.message, { role: "assistant", content: "" });
});

Deno.test("chatFold() is finished when every choice says why", () => {
  const folding = chatFold(2);
  assertEquals(folding.finished(), false);
  const chunk = (index: number, finish_reason: string | null): ChatChunk => ({
    choices: [{ index, delta: {}, finish_reason }],
  });
  folding.chunk(chunk(1, "stop"));
  assertEquals(folding.finished(), false);
  folding.chunk(chunk(0, null));
  assertEquals(folding.finished(), false);
  folding.chunk(chunk(0, "length"));
  assertEquals(folding.finished(), true);
});

Deno.test("chatFold() puts a call together whose parts have no index", () => {
  const [choice] = fold([
    {
      choices: [{
        index: 0,
        delta: { tool_calls: [{ id: "a", function: { name: "f", arguments: '{"x"' } }] },
        finish_reason: null,
      }],
    },
    {
      choices: [{
        index: 0,
        delta: { tool_calls: [{ function: { arguments: ":1}" } }] },
        finish_reason: "tool_calls",
      }],
    },
  ]).choices;
  assertEquals(choice?.message.tool_calls, [
    { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
  ]);
});
