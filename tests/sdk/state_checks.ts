import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI from "openai";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** Responses and conversations that Chaski keeps. */
export const stateChecks: readonly Check[] = [
  { name: "`responses.retrieve()`, `inputItems.list()` and `delete()` know a response", run: kept },
  { name: "`responses.create()` goes on from a response", run: continued },
  { name: "`responses.create()` talks in a conversation", run: conversation },
  {
    name: "`responses.create()` runs in the background, and `retrieve()` reads along",
    run: background,
  },
  { name: "`responses.inputTokens.count()` counts the prompt that is read", run: counted },
];

const hello = { model: MODEL, input: "[[plain]] Hello.", max_output_tokens: 20 } as const;

async function kept({ client }: SdkStage): Promise<void> {
  const { output_text: text, ...response } = await client.responses.create(hello);
  const { output_text, ...retrieved } = await client.responses.retrieve(response.id);
  assertEquals([retrieved, output_text], [response, text]);
  const items = await Array.fromAsync(client.responses.inputItems.list(response.id));
  assertEquals(items.map(({ type }) => type), ["message"]);
  const stream = await client.responses.retrieve(response.id, { stream: true });
  const last = (await Array.fromAsync(stream)).at(-1);
  assert(last?.type === "response.completed" || last?.type === "response.incomplete");
  await client.responses.delete(response.id);
  await assertRejects(() => client.responses.retrieve(response.id), OpenAI.NotFoundError);
}

async function continued({ client }: SdkStage): Promise<void> {
  const first = await client.responses.create(hello);
  const second = await client.responses.create({ ...hello, previous_response_id: first.id });
  assertEquals(second.previous_response_id, first.id);
  // What was said before is in the prompt.
  assert((second.usage?.input_tokens ?? 0) > (first.usage?.input_tokens ?? 0));
  await assertRejects(
    () => client.responses.create({ ...hello, previous_response_id: "resp_none" }),
    OpenAI.BadRequestError,
    "there is no response of that id",
  );
}

async function conversation({ client }: SdkStage): Promise<void> {
  const { id } = await client.conversations.create({ metadata: { topic: "llamas" } });
  const response = await client.responses.create({ ...hello, conversation: id });
  assertEquals(response.conversation?.id, id);
  const items = await Array.fromAsync(client.conversations.items.list(id, { order: "asc" }));
  assertEquals(items.map(({ type }) => type), [
    "message",
    ...response.output.map(({ type }) => type),
  ]);
  const changed = await client.conversations.update(id, { metadata: { topic: "none" } });
  assertEquals(changed.metadata, { topic: "none" });
  assertEquals((await client.conversations.delete(id)).deleted, true);
  await assertRejects(() => client.conversations.retrieve(id), OpenAI.NotFoundError);
}

async function counted({ client }: SdkStage): Promise<void> {
  const { input_tokens } = await client.responses.inputTokens.count({
    model: MODEL,
    input: hello.input,
  });
  const { usage } = await client.responses.create(hello);
  assertEquals(usage?.input_tokens, input_tokens);
}

async function background({ client }: SdkStage): Promise<void> {
  const queued = await client.responses.create({ ...hello, background: true });
  assertEquals([queued.status, queued.background], ["queued", true]);
  const stream = await client.responses.retrieve(queued.id, { stream: true });
  const events = await Array.fromAsync(stream);
  assertEquals(events.map((event) => event.sequence_number), events.map((_, i) => i));
  const half = await client.responses.retrieve(queued.id, { stream: true, starting_after: 3 });
  assertEquals(await Array.fromAsync(half), events.slice(4));
  const { status } = await client.responses.retrieve(queued.id);
  assert(status === "completed" || status === "incomplete", status);
  const long = await client.responses.create({
    model: MODEL,
    input: "[[tool]] Hello.",
    background: true,
    tool_choice: "none",
  });
  assertEquals((await client.responses.cancel(long.id)).status, "cancelled");
}
