import { failure } from "../fake_llama/script.ts";
import { assert, assertEquals } from "@std/assert";
import type { ResponseEvent } from "../../src/protocol/responses/output/events.ts";
import { text } from "../fake_llama/answers.ts";
import { assertEventFits, assertFits } from "../open_responses.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, testApp } from "./test_app.ts";

const PATH = "/v1/responses";

async function eventsOf(response: Response): Promise<ResponseEvent[]> {
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const { events, rest } = await collect(response);
  assertEquals(rest, "");
  for (const { event, data } of events) assertEquals((data as ResponseEvent).type, event);
  return events.map(({ data }) => data as ResponseEvent);
}

Deno.test("createResponse() streams the events of a response", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  const response = await app.post(PATH, { input: "Hello", stream: true, model: "TINY" });
  const events = await eventsOf(response);
  for (const event of events) assertEventFits(event);
  assertEquals(events.map(({ type }) => type.replace("response.", "")), [
    "created",
    "in_progress",
    "output_item.added",
    "content_part.added",
    "output_text.delta",
    "output_text.delta",
    "output_text.delta",
    "output_text.done",
    "content_part.done",
    "output_item.done",
    "completed",
  ]);
  const [request] = app.fake.requests;
  assertEquals([request?.body.stream, request?.body.return_progress], [true, true]);
  assertEquals(request?.body.stream_options, { include_usage: true });
  assertEquals(request?.body.model, "tiny");
});

Deno.test("createResponse() answers whole with what the stream ends with", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  app.fake.reply(text("One two three."));
  const whole = await app.post(PATH, { input: "Hello", metadata: { a: "b" } });
  assertEquals(whole.headers.get("content-type"), "application/json");
  const response = await whole.json();
  assertFits("ResponseResource", response);
  const body = { input: "Hello", metadata: { a: "b" }, stream: true };
  const last = (await eventsOf(await app.post(PATH, body))).at(-1);
  assert(last !== undefined && "response" in last);
  const common = (value: { output: unknown }) =>
    JSON.stringify(value).replace(/"(resp|msg)_[0-9a-f]+"/g, '""').replace(/_at":\d+/g, '_at":0');
  assertEquals(common(response), common(last.response));
  assertEquals([response.store, response.metadata, response.model], [true, { a: "b" }, "tiny"]);
});

for (const streams of [true, false]) {
  Deno.test(`createResponse() answers a preload ${streams ? "as a stream" : "whole"}, of nothing`, async () => {
    await using app = await testApp();
    const response = await app.post(PATH, { input: "", max_output_tokens: 1, stream: streams });
    assertEquals(response.status, 200);
    let last: unknown;
    if (streams) {
      const events = await eventsOf(response);
      assertEquals(events.map(({ type }) => type), [
        "response.created",
        "response.in_progress",
        "response.completed",
      ]);
      const end = events.at(-1);
      last = end !== undefined && "response" in end && end.response;
    } else last = await response.json();
    assertFits("ResponseResource", last);
    const { status, output, usage } = last as {
      status: string;
      output: unknown[];
      usage: { total_tokens: number };
    };
    assertEquals([status, output, usage.total_tokens], ["completed", [], 0]);
    assertEquals(app.fake.requests.length, 0);
    assertEquals(app.requestLines().map(({ facts }) => facts.outcome), ["complete"]);
  });
}

Deno.test("createResponse() refuses an empty input that is no preload", async () => {
  await using app = await testApp();
  for (const body of [{ input: "" }, { input: [] }, {}, { input: "", max_output_tokens: 16 }]) {
    const response = await app.post(PATH, body);
    assertEquals([response.status, JSON.stringify(body)], [400, JSON.stringify(body)]);
    assertEquals((await errorOf(response)).param, "input");
  }
  assertEquals(app.fake.requests.length, 0);
});

Deno.test("createResponse() says which tool is not offered, in a header and the log", async () => {
  await using app = await testApp();
  const body = { input: "Hello", tools: [{ type: "web_search" }] };
  const response = await app.post(PATH, body);
  await response.body?.cancel();
  const notes = response.headers.get("x-chaski-notes") ?? "";
  assert(/^[a-z_]+\(tools\[0\]\)$/.test(notes), notes);
  assertEquals(app.requestLines()[0]?.facts.notes, [notes]);
});

Deno.test("createResponse() logs the tokens of a response", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  await (await app.post(PATH, { input: "Hello", stream: true })).text();
  const { facts } = app.requestLines()[0] ?? {};
  assertEquals([facts?.input_tokens, facts?.cached_tokens, facts?.output_tokens], [11, 0, 3]);
  assertEquals([facts?.status, facts?.outcome, facts?.stream], [200, "complete", true]);
});

Deno.test("createResponse() takes the oldest turns away for truncation auto, and only then", async () => {
  await using app = await testApp();
  const tooLong = failure(400, "exceed_context_size_error", "too long", { n_ctx: 10 });
  const turn = (n: number) => [
    { role: "user", content: `${n} ${"x".repeat(200)}` },
    { role: "assistant", content: "Yes." },
  ];
  const input = [...[1, 2, 3, 4, 5, 6].flatMap(turn), { role: "user", content: "Now?" }];
  app.fake.reply(tooLong);
  app.fake.reply(tooLong);
  app.fake.reply(text("Now."));
  const body = { input, instructions: "Be brief.", truncation: "auto" };
  const response = await (await app.post(PATH, body)).json();
  assertEquals([response.status, response.truncation], ["completed", "auto"]);
  const prompts = app.fake.requests.map(({ body }) => body.messages as { content: string }[]);
  const lengths = prompts.map(({ length }) => length);
  assert(lengths[0]! > lengths[1]! && lengths[1]! > lengths[2]!, `${lengths}`);
  assertEquals(prompts.map((prompt) => [prompt[0]?.content, prompt.at(-1)?.content]), [
    ...Array(3).fill(["Be brief.", "Now?"]),
  ]);
  assertEquals(app.requestLines().at(-1)?.facts.cuts, 2);
  app.fake.reply(tooLong);
  assertEquals((await app.post(PATH, { input })).status, 400);
});
