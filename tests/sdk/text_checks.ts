import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { assertFits } from "../open_responses.ts";
import {
  assertOpenResponses,
  eventsOf,
  finalResponse,
  replay,
  streamedEvents,
} from "./responses_events.ts";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Plain answers in text. */
export const textChecks: readonly Check[] = [
  { name: "`responses.create()` gives a whole response [RA11]", run: whole },
  { name: "`responses.create()` streams text in the order of the protocol", run: streamed },
  { name: "`responses.stream()` accumulates what the last event holds", run: accumulated },
  { name: "`responses.create()` gives logprobs for every token", run: logprobs },
  { name: "`responses.create()` ends as incomplete at max_output_tokens", run: incomplete },
  { name: "`responses.create()` takes a conversation of its own output", run: conversation },
  // The other templates do not repeat themselves for long enough.
  { name: "`controller.abort()` ends the answer", templates: ["qwen3"], run: aborted },
];

async function whole({ client }: SdkStage): Promise<void> {
  const response = await client.responses.create({ model: MODEL, input: "[[plain]] Hello." });
  assertEquals([response.object, response.status, response.error], ["response", "completed", null]);
  assert(response.id.startsWith("resp_"), response.id);
  assert(response.output_text.length > 0);
  assert(response.output.every(({ type }) => type === "message" || type === "reasoning"));
  const { usage } = response;
  assert(usage !== undefined && usage.input_tokens > 0 && usage.output_tokens > 0);
  assertEquals(usage.total_tokens, usage.input_tokens + usage.output_tokens);
}

async function streamed({ client }: SdkStage): Promise<void> {
  const events = await streamedEvents(client, {
    input: "[[plain]] Hello.",
    reasoning: { effort: "none" },
  });
  assertOpenResponses(events);
  const response = finalResponse(events);
  assertFits("ResponseResource", response);
  const text = eventsOf(events, "response.output_text.delta").map(({ delta }) => delta).join("");
  assertEquals(eventsOf(events, "response.output_text.done").map((event) => event.text), [text]);
  const [message, ...others] = response.output.filter(({ type }) => type === "message");
  assert(message?.type === "message" && others.length === 0, JSON.stringify(response.output));
  assertEquals(message.content.map((part) => part.type === "output_text" && part.text), [text]);
  assertEquals(
    eventsOf(events, "response.output_item.done").map(({ item }) => item),
    response.output,
  );
}

async function accumulated({ client }: SdkStage): Promise<void> {
  const stream = client.responses.stream({ model: MODEL, input: "Hello." });
  const events = await Array.fromAsync(stream);
  const final = await stream.finalResponse();
  const last = events.at(-1);
  assert(last?.type === "response.completed");
  assertEquals(final.id, last.response.id);
  assertEquals(final.output.map(({ id, type }) => [id, type]), [
    ...last.response.output.map(({ id, type }) => [id, type]),
  ]);
  const deltas = eventsOf(events, "response.output_text.delta").map(({ delta }) => delta);
  assertEquals(final.output_text, deltas.join(""));
}

async function logprobs({ client }: SdkStage): Promise<void> {
  const events = await streamedEvents(client, {
    input: "[[plain]] Hello.",
    include: ["message.output_text.logprobs"],
    top_logprobs: 2,
  });
  const [done] = eventsOf(events, "response.output_text.done");
  assert(done !== undefined && done.logprobs.length > 0);
  assertEquals(
    eventsOf(events, "response.output_text.delta").flatMap((delta) => delta.logprobs),
    done.logprobs,
  );
  for (const { logprob, top_logprobs = [] } of done.logprobs) {
    assert(logprob <= 0 && top_logprobs.length <= 2);
  }
  const [message] = finalResponse(events).output.filter(({ type }) => type === "message");
  assert(message?.type === "message" && message.content[0]?.type === "output_text");
  assertEquals(message.content[0].logprobs?.length, done.logprobs.length);
}

async function incomplete({ client }: SdkStage): Promise<void> {
  const params = { input: "[[plain]] Hello.", max_output_tokens: 2 };
  const events = await streamedEvents(client, params);
  assertEquals(events.at(-1)?.type, "response.incomplete");
  const streamed = finalResponse(events);
  const whole = await client.responses.create({ model: MODEL, ...params });
  for (const { status, incomplete_details, usage } of [streamed, whole]) {
    assertEquals([status, incomplete_details], ["incomplete", { reason: "max_output_tokens" }]);
    assertEquals(usage?.output_tokens, 2);
  }
}

async function conversation({ client }: SdkStage): Promise<void> {
  const question = { role: "user" as const, content: "[[think]] Hello." };
  const first = await client.responses.create({ model: MODEL, input: [question] });
  const second = await client.responses.create({
    model: MODEL,
    instructions: "You are a llama.",
    input: [question, ...replay(first), { role: "user", content: "And then?" }],
  });
  assertEquals(second.status, "completed");
  assert((second.usage?.input_tokens ?? 0) > (first.usage?.input_tokens ?? Infinity));
}

async function aborted(stage: SdkStage): Promise<void> {
  const { client, chaski } = stage;
  // With a marker for tools but without tools the tiny model repeats itself until the limit.
  const endless = { model: MODEL, input: "[[tool]] Hello.", max_output_tokens: 7000 };
  const controller = new AbortController();
  const { signal } = controller;
  const stream = await client.responses.create({ ...endless, stream: true }, { signal });
  // The SDK ends the loop of a stream that was aborted.
  for await (const { type } of stream) {
    if (type === "response.output_text.delta") controller.abort();
  }
  await chaski.logged(({ outcome, stream }) => outcome === "cancelled" && stream === true);
  await assertRejects(
    () => client.responses.create(endless, { signal: AbortSignal.timeout(300) }),
    OpenAI.APIUserAbortError,
  );
  await chaski.logged(({ outcome, stream }) => outcome === "cancelled" && stream === false);
  await whole(stage);
}
