/** Turns that begin with a compaction: what is asked, in which order, and what is told. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ResponseObject } from "../../src/protocol/responses/output/response.ts";
import { stream, text as words, toolCall } from "../fake_llama/answers.ts";
import { assertEventFits, assertFits } from "../open_responses.ts";
import { collect } from "../sse_reader.ts";
import { countCharacters, saidIn, THRESHOLD, tokensOf, turns, user } from "./long_conversation.ts";
import { type TestApp, testApp } from "./test_app.ts";

const PATH = "/v1/responses";
const SUMMARY = "A brown llama is wanted.";
const TOOLS = [{ type: "function", name: "look", parameters: { type: "object" } }];
const LONG = [...turns(5), user("And now?")];

async function countingApp(): Promise<TestApp> {
  const app = await testApp();
  countCharacters(app.fake);
  return app;
}

async function ask(app: TestApp, body: Record<string, unknown>): Promise<ResponseObject> {
  return await (await app.post(PATH, { ...THRESHOLD, ...body })).json();
}

const typesOf = ({ output }: ResponseObject) => output.map(({ type }) => type);

Deno.test("a turn over its threshold begins with a compaction, and goes on behind it", async () => {
  await using app = await countingApp();
  app.fake.reply(stream({ reasoning: "Hm.", text: SUMMARY, usage: { prompt: 1300 } }));
  app.fake.reply(stream({ text: "Now this.", usage: { prompt: 70 } }));
  const body = { input: LONG, instructions: "Be brief.", tools: TOOLS, max_output_tokens: 9 };
  const answer = await app.post(PATH, { ...THRESHOLD, ...body, stream: true });
  const { events } = await collect(answer);
  const told = events.map(({ data }) => data as { type: string; response?: ResponseObject });
  for (const event of told) assertEventFits(event);
  assertEquals(told.map(({ type }) => type.replace("response.", "")), [
    ...["created", "in_progress", "output_item.added", "output_item.done"],
    ...["output_item.added", "content_part.added", "output_text.delta", "output_text.delta"],
    ...["output_text.done", "content_part.done", "output_item.done", "completed"],
  ]);
  const places = told.flatMap((event) => "output_index" in event ? [event.output_index] : []);
  assertEquals(places, [0, 0, 1, 1, 1, 1, 1, 1, 1]);
  const response = told.at(-1)?.response;
  assert(response);
  assertFits("ResponseResource", response);
  assertEquals(typesOf(response), ["compaction", "message"]);
  const { usage } = response;
  assertEquals([usage?.input_tokens, usage?.output_tokens, usage?.total_tokens], [70, 8, 78]);
  assertEquals(usage?.output_tokens_details.reasoning_tokens, 1);

  const [summing, answering, ...others] = app.fake.requests.map(({ body }) => body);
  assertEquals(others, []);
  assertStringIncludes(saidIn(app.fake, 0), "Write these notes now");
  assertEquals([summing?.tool_choice, summing?.max_tokens], ["none", 1024]);
  assertEquals(answering?.messages, [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: `Notes on the conversation so far, which they replace:\n\n${SUMMARY}\n\n` +
        "The user's last message, word for word:\n\nAnd now?",
    },
  ]);
  assertEquals([answering?.tools, answering?.max_tokens], [summing?.tools, 9]);
  const facts = app.requestLines().at(-1)?.facts;
  assertEquals([facts?.compaction, facts?.passes, facts?.input_tokens], ["done", 2, 70]);
});

Deno.test("a turn at its threshold, or without one, is not compacted", async () => {
  await using app = await countingApp();
  const input = [user("x".repeat(4000 - '[{"role":"user","content":""}]'.length))];
  assertEquals(typesOf(await ask(app, { input })), ["message"]);
  assertEquals(tokensOf(app.fake.requests[0]?.body ?? {}), 1000);
  const over = [user(`${input[0]?.content}x`)];
  assertEquals(typesOf(await ask(app, { input: over })), ["compaction", "message"]);
  assertEquals(typesOf(await ask(app, { input: over, context_management: null })), ["message"]);
  const other = await app.post(PATH, { input: over, context_management: [{ type: "other" }] });
  const note = "context_management_ignored(context_management[0].type)";
  assertEquals([other.status, other.headers.get("x-chaski-notes")], [200, note]);
  assertEquals(typesOf(await other.json()), ["message"]);
  // Four fifths of the fake's 8192 tokens.
  const standard = { input: turns(40), context_management: [{ type: "compaction" }] };
  assertEquals(typesOf(await ask(app, standard)), ["compaction", "message"]);
});

Deno.test("input_tokens counts the whole, and a compaction_trigger is answered by itself", async () => {
  await using app = await countingApp();
  const counted = await app.post(`${PATH}/input_tokens`, { ...THRESHOLD, input: LONG });
  assert((await counted.json()).input_tokens > 1000);
  assertEquals(app.fake.requests, []);
  const input = [...LONG, { type: "compaction_trigger" }];
  assertEquals(typesOf(await ask(app, { input })), ["compaction"]);
  assertEquals(app.fake.requests.length, 1);
});

Deno.test("the next turn goes on from the compaction, whatever its client drops", async () => {
  await using app = await countingApp();
  app.fake.reply(words(SUMMARY));
  app.fake.reply(toolCall("look", {}));
  const system = { role: "developer", content: "Be brief." };
  const input = [system, ...LONG];
  const first = await ask(app, { input, tools: TOOLS });
  assertEquals(typesOf(first), ["compaction", "function_call"]);
  const { call_id } = first.output[1] as unknown as { call_id: string };
  const output = { type: "function_call_output", call_id, output: "seen" };
  const bodies = [
    { input: [output], previous_response_id: first.id },
    { input: [...input, ...first.output, output] },
    { input: [...first.output, output] },
    { input: [system, ...first.output, output] },
  ];
  for (const body of bodies) {
    assertEquals(typesOf(await ask(app, { ...body, tools: TOOLS })), ["message"]);
  }
  const prompts = bodies.map((_, i) => saidIn(app.fake, 2 + i));
  assertEquals(prompts, Array(bodies.length).fill(prompts[0]));
  for (const word of ["Be brief.", SUMMARY, "And now?", "seen"]) {
    assertStringIncludes(prompts[0] ?? "", word);
  }
  assert(!prompts[0]?.includes("Question"));
});

Deno.test("a second compaction sums up what stands, and hands the user's words on", async () => {
  await using app = await countingApp();
  app.fake.reply(words(SUMMARY));
  app.fake.reply(toolCall("look", {}));
  const first = await ask(app, { input: LONG, tools: TOOLS });
  const { call_id } = first.output[1] as unknown as { call_id: string };
  app.fake.reply(words("Much was seen."));
  app.fake.reply(words("Done."));
  const second = await ask(app, {
    input: [{ type: "function_call_output", call_id, output: "seen ".repeat(1000) }],
    previous_response_id: first.id,
    tools: TOOLS,
  });
  assertEquals(typesOf(second), ["compaction", "message"]);
  assertStringIncludes(saidIn(app.fake, 2), SUMMARY);
  assert(!saidIn(app.fake, 2).includes("Question"));
  const last = saidIn(app.fake, 3);
  assertStringIncludes(last, "Much was seen.");
  assertStringIncludes(last, "And now?");
  for (const gone of [SUMMARY, "seen seen"]) assert(!last.includes(gone));
});

Deno.test("the passes behind the answer go on from the compaction too", async () => {
  await using app = await countingApp();
  app.fake.reply(words(SUMMARY));
  app.fake.reply(words(""));
  app.fake.reply(words("Now."));
  assertEquals(typesOf(await ask(app, { input: LONG })), ["compaction", "message"]);
  assertStringIncludes(saidIn(app.fake, 2), "Your answer was empty");
  app.fake.reply(words(SUMMARY));
  app.fake.reply(words("no JSON"));
  app.fake.reply(words('{"at":1}'));
  const schema = { type: "object", properties: { at: { type: "number" } }, required: ["at"] };
  const format = { type: "json_schema", name: "place", schema };
  const formed = await ask(app, { input: LONG, tools: TOOLS, text: { format } });
  assertEquals([formed.status, ...typesOf(formed)], ["completed", "compaction", "message"]);
  assert(app.fake.requests[5]?.body.response_format);
  for (const n of [2, 5]) {
    assertStringIncludes(saidIn(app.fake, n), SUMMARY);
    assert(!saidIn(app.fake, n).includes("Question"));
  }
  assertEquals(app.requestLines().map(({ facts }) => facts.passes), [3, 3]);
});
