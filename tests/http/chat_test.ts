import { assert, assertEquals } from "@std/assert";
import { stream, text, toolCall } from "../fake_llama/answers.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, testApp } from "./test_app.ts";

const PATH = "/v1/chat/completions";
const MESSAGES = [{ role: "user", content: "Hello" }];
const IMAGE = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };

interface Chunk {
  model: string;
  choices: { delta: { content?: string }; finish_reason: string | null }[];
}

Deno.test("createChatCompletion() streams [E03]", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  const response = await app.post(PATH, { messages: MESSAGES, stream: true });
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assertEquals(response.headers.get("cache-control"), "no-cache");
  assertEquals(response.headers.get("x-accel-buffering"), "no");
  const { events, rest } = await collect(response);
  assertEquals([events.at(-1)?.data, rest], ["[DONE]", ""]);
  const chunks = events.slice(0, -1).map(({ data }) => data as Chunk);
  const said = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ""));
  assertEquals(said.join(""), "One two three.");
  assertEquals(chunks.at(-1)?.choices[0]?.finish_reason, "stop");
  assert(!events.some(({ raw }) => raw.includes("prompt_progress")));
});

Deno.test("createChatCompletion() answers whole, of a stream [E02] [OT41]", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  const response = await app.post(PATH, { messages: MESSAGES });
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json"]);
  const { object, model, choices, usage } = await response.json();
  assertEquals([object, model, usage.completion_tokens], ["chat.completion", "tiny", 3]);
  assertEquals(choices, [{
    index: 0,
    message: { role: "assistant", content: "One two three." },
    finish_reason: "stop",
  }]);
  const [request] = app.fake.requests;
  assertEquals([request?.body.stream, request?.body.return_progress], [true, true]);
  assertEquals(request?.body.stream_options, { include_usage: true });
});

Deno.test("createChatCompletion() gives a client its tool calls [E06] [E07]", async () => {
  await using app = await testApp();
  const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
  app.fake.reply(toolCall("f", { x: 1 }));
  const whole = await (await app.post(PATH, { messages: MESSAGES, tools })).json();
  assertEquals(whole.choices[0].finish_reason, "tool_calls");
  assertEquals(JSON.parse(whole.choices[0].message.tool_calls[0].function.arguments), { x: 1 });
  app.fake.reply(toolCall("f", { x: 1 }));
  const streamed = await app.post(PATH, { messages: MESSAGES, tools, stream: true });
  const { events } = await collect(streamed);
  assert(events.some(({ raw }) => raw.includes('"finish_reason":"tool_calls"')));
});

Deno.test("createChatCompletion() sends the client's own bytes on, and adds at their end", async () => {
  await using app = await testApp();
  const sent = '{ "seed":7,\n "messages" : [ {"content":"Hé","role":"user"} ],"stream":true,' +
    '"max_completion_tokens":9, "reasoning_effort":"low","x":1e2}';
  await (await app.post(PATH, sent)).body?.cancel();
  const request = await app.fake.nextRequest();
  assertEquals(request.bodyText, `${sent.slice(0, -1)},"model":"tiny","return_progress":true}`);
  assertEquals(request.headers["content-type"], "application/json");
});

Deno.test("createChatCompletion() gives llama-server no half of an emoji", async () => {
  await using app = await testApp();
  const sent = '{"messages":[{"role":"user","content":"cut \\ud83d"}],"model":"tiny"}';
  await (await app.post(PATH, sent)).body?.cancel();
  const request = await app.fake.nextRequest();
  assert(request.bodyText.startsWith('{"messages":[{"role":"user","content":"cut \\ufffd"}]'));
});

Deno.test("createChatCompletion() calls a model by its public name on the way out [H21]", async () => {
  await using app = await testApp({ fake: { model: "/srv/models/tiny-qwen3.gguf" } });
  for (const streams of [true, false]) {
    const body = { model: "tiny-qwen3", messages: MESSAGES, stream: streams };
    const answer = await (await app.post(PATH, body)).text();
    assert(answer.includes('"model":"tiny-qwen3"') && !answer.includes("/srv"), answer);
  }
  for (const { body } of app.fake.requests) assertEquals(body.model, "/srv/models/tiny-qwen3.gguf");
});

Deno.test("createChatCompletion() says which image was left out, in a header and the log", async () => {
  await using app = await testApp();
  const messages = [{ role: "user", content: [{ type: "text", text: "Look:" }, IMAGE] }];
  const response = await app.post(PATH, { messages });
  await response.body?.cancel();
  const expected = "image_omitted(messages[0].content[1])";
  assertEquals(response.headers.get("x-chaski-notes"), expected);
  const { messages: [sent] } = app.fake.requests[0]?.body as {
    messages: { content: { type: string }[] }[];
  };
  assertEquals(sent?.content.map(({ type }) => type), ["text", "text"]);
  assertEquals(app.requestLines()[0]?.facts.notes, [expected]);
});

Deno.test("createChatCompletion() refuses an image where that is configured", async () => {
  await using app = await testApp({ config: { images: "refuse" } });
  const messages = [{ role: "user", content: [IMAGE] }];
  const response = await app.post(PATH, { messages });
  assertEquals(response.status, 400);
  assertEquals((await errorOf(response)).param, "messages[0].content[0]");
  assertEquals(app.fake.requests.length, 0);
});

Deno.test("createChatCompletion() keeps a progress that the client asked for", async () => {
  await using app = await testApp();
  const body = { messages: MESSAGES, stream: true, return_progress: true };
  const { events } = await collect(await app.post(PATH, body));
  assert(events.some(({ raw }) => raw.includes('"prompt_progress"')));
});

Deno.test("createChatCompletion() logs the tokens, streamed with usage, without, and whole", async () => {
  await using app = await testApp();
  for (
    const more of [
      { stream: true, stream_options: { include_usage: true } },
      { stream: true },
      { stream: false },
    ]
  ) {
    app.fake.reply(stream({ text: "One two", usage: { prompt: 11, cached: 4, completion: 2 } }));
    await (await app.post(PATH, { messages: MESSAGES, ...more })).text();
  }
  const told = app.requestLines().map(({ facts }) => [
    facts.input_tokens,
    facts.cached_tokens,
    facts.output_tokens,
    facts.stream,
    facts.model,
  ]);
  assertEquals(told, [
    [11, 4, 2, true, "tiny"],
    [11, 4, 2, true, "tiny"],
    [11, 4, 2, false, "tiny"],
  ]);
});
