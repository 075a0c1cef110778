/** Stop sequences: Chaski ends the answer, and llama-server's work with it. */
import { assert, assertEquals } from "@std/assert";
import { delta, ending, opening, stream, text } from "../fake_llama/answers.ts";
import { live, type Script, silence } from "../fake_llama/script.ts";
import { collect } from "../sse_reader.ts";
import { MESSAGES, type TestApp, testApp } from "./test_app.ts";

interface Message {
  content: { type: string; text?: string }[];
  stop_reason: string | null;
  stop_sequence: string | null;
  usage: { output_tokens: number };
}

const { path, body } = MESSAGES;
const STOP = { ...body, stop_sequences: ["</done>", "\n\nHuman:"] };

async function ask(app: TestApp, more: object = {}): Promise<Message> {
  const response = await app.post(path, { ...STOP, ...more });
  assertEquals(response.status, 200);
  return await response.json();
}

/** What a stream comes to: its texts, and where its end is told. */
async function askStream(app: TestApp, more: object = {}) {
  const response = await app.post(path, { ...STOP, ...more, stream: true });
  const { events, rest } = await collect(response);
  assertEquals([rest, events.at(-1)?.event], ["", "message_stop"]);
  const data = events.map(({ data }) => data as { delta?: Record<string, unknown> });
  const told = data.map(({ delta }) => typeof delta?.text === "string" ? delta.text : "").join("");
  return { told, end: data.at(-2)?.delta };
}

const MET: [what: string, words: string[], told: string][] = [
  ["in one piece", ["One", " two</done>", " three"], "One two"],
  ["over three pieces", ["One two<", "/do", "ne> three"], "One two"],
  ["as the first of two", ["One\n\nHum", "an: </done>"], "One"],
];
for (const [what, words, told] of MET) {
  Deno.test(`createMessage() ends at a stop sequence that comes ${what}`, async () => {
    await using app = await testApp();
    const stop_sequence = what.endsWith("two") ? "\n\nHuman:" : "</done>";
    app.fake.reply(text(words));
    app.fake.reply(text(words));
    const { content, ...message } = await ask(app);
    assertEquals(content, [{ type: "text", text: told }]);
    assertEquals([message.stop_reason, message.stop_sequence], ["stop_sequence", stop_sequence]);
    assertEquals(await askStream(app), {
      told,
      end: { stop_reason: "stop_sequence", stop_sequence },
    });
    // llama-server would end thoughts and calls at it too, and not say which one it met.
    assertEquals(app.fake.requests.map(({ body }) => body.stop), [undefined, undefined]);
  });
}

Deno.test("createMessage() tells what only looked like a stop sequence", async () => {
  await using app = await testApp();
  const words = ["One <", "/do", " two </don", "e"];
  app.fake.reply(text(words));
  app.fake.reply(text(words));
  assertEquals((await ask(app)).stop_reason, "end_turn");
  assertEquals(await askStream(app), {
    told: "One </do two </done",
    end: { stop_reason: "end_turn", stop_sequence: null },
  });
});

Deno.test("createMessage() looks for stop sequences in text alone", async () => {
  await using app = await testApp();
  const read = { name: "Read", input_schema: { type: "object" } };
  const calls = [{ name: "Read", arguments: { path: "</done>" } }];
  app.fake.reply(stream({ reasoning: "So </done> it is.", calls }));
  const thinking = { type: "adaptive" };
  const message = await ask(app, { tools: [read], thinking });
  assertEquals(message.stop_reason, "tool_use");
  assertEquals(message.content.map(({ type }) => type), ["thinking", "tool_use"]);
});

const ENDLESS: Script = [stream({ text: "One two</done>", finish: null }), silence()];

for (const streams of [true, false]) {
  const how = streams ? "streamed" : "whole";
  Deno.test(`createMessage() closes llama-server's answer at a stop sequence, ${how}`, async () => {
    await using app = await testApp();
    app.fake.reply(ENDLESS);
    const startedAt = performance.now();
    const answer = await app.post(path, { ...STOP, stream: streams });
    assert((await answer.text()).includes('"stop_sequence":"</done>"'));
    assert(performance.now() - startedAt < 1000);
    const request = app.fake.requests[0];
    assert(await request!.hungUp() - startedAt < 1500);
    assertEquals(app.requestLines().map(({ facts }) => facts.outcome), ["complete"]);
  });
}

Deno.test("createMessage() counts the tokens so far where a stop sequence was met", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), live());
  const answering = ask(app);
  const request = await app.fake.nextRequest();
  assertEquals(request.body.timings_per_token, true);
  const timings = { cache_n: 4, prompt_n: 7, predicted_n: 3 };
  const choices = [{ index: 0, finish_reason: null, delta: { content: "One</done>" } }];
  await request.send({
    kind: "chunk",
    data: new TextEncoder().encode(`data: ${JSON.stringify({ choices, timings })}\n\n`),
  });
  const { usage } = await answering;
  assertEquals(usage.output_tokens, 3);
  await request.hungUp();
  const { facts } = app.requestLines()[0] ?? {};
  assertEquals([facts?.input_tokens, facts?.output_tokens], [11, 3]);
});

Deno.test("createMessage() asks no second time where a stop sequence stands first", async () => {
  await using app = await testApp();
  app.fake.reply(text("</done> One"));
  app.fake.reply(text("</done> One"));
  const { content, stop_reason } = await ask(app);
  assertEquals([content, stop_reason], [[], "stop_sequence"]);
  assertEquals((await askStream(app)).told, "");
  assertEquals(app.fake.requests.length, 2);
});

Deno.test("createMessage() looks for stop sequences anew where it asks again for a schema", async () => {
  await using app = await testApp();
  const tools = [{ name: "Read", input_schema: { type: "object" } }];
  const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
  const output_config = { format: { type: "json_schema", schema } };
  app.fake.reply(text("In words</done>"));
  app.fake.reply([opening(), delta({ content: '{"city":"Lima"}' }), ending()]);
  const { content, stop_reason } = await ask(app, { tools, output_config });
  assertEquals([content, stop_reason], [[{ type: "text", text: '{"city":"Lima"}' }], "end_turn"]);
  app.fake.reply(text("In words"));
  app.fake.reply(text('{"city":"</done>"}'));
  const cut = await ask(app, { tools, output_config });
  assertEquals(cut.content, [{ type: "text", text: '{"city":"' }]);
  assertEquals(cut.stop_reason, "stop_sequence");
});

const TOOLS = [{ name: "look", input_schema: { type: "object", properties: { at: {} } } }];

Deno.test("createMessage() tells a text before its call, also what looked like a stop sequence", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ text: ["I look <"], calls: [{ name: "look", arguments: { at: "x" } }] }));
  const { content, stop_reason } = await ask(app, { tools: TOOLS });
  assertEquals(content.map(({ type, text }) => [type, text]), [
    ["text", "I look <"],
    ["tool_use", undefined],
  ]);
  assertEquals(stop_reason, "tool_use");
});

Deno.test("createMessage() ends no call at a stop sequence, and joins none over a thought", async () => {
  await using app = await testApp();
  const printed = '<tool_call>\n{"name": "look", "arguments": {"at": "x</done>y"}}\n</tool_call>';
  app.fake.reply(text([printed]));
  const called = await ask(app, { tools: TOOLS });
  assertEquals([called.stop_reason, called.content.length], ["tool_use", 1]);
  app.fake.reply(
    opening(),
    delta({ content: "A <" }),
    delta({ reasoning_content: "Hm." }),
    delta({ content: "/done> B" }),
    ending(),
  );
  const { content, stop_reason } = await ask(app, { thinking: { type: "adaptive" } });
  assertEquals(content.map(({ type, text }) => [type, text]), [
    ["text", "A <"],
    ["thinking", undefined],
    ["text", "/done> B"],
  ]);
  assertEquals(stop_reason, "end_turn");
});
