/** Upstreams that are large, broken, silent or never done: each has a defined answer. */
import { assert, assertEquals } from "@std/assert";
import { delta, ending, opening, stream } from "../fake_llama/answers.ts";
import { eventText, type Script, silence, sse } from "../fake_llama/script.ts";
import { collect } from "../sse_reader.ts";
import { type TestApp, testApp } from "./test_app.ts";

const MB = 1024 * 1024;
const CHAT = { messages: [{ role: "user", content: "Hello" }] };

/** What both routes say, streamed and whole, as text or as the code of an error. */
async function answers(app: TestApp, script: Script): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const streams of [true, false]) {
    const how = streams ? "streamed" : "whole";
    app.fake.reply(script);
    const response = await app.post("/v1/responses", { input: "Hello", stream: streams });
    all[`responses ${how}`] = await responseText(response, streams);
    app.fake.reply(script);
    const chat = await app.post("/v1/chat/completions", { ...CHAT, stream: streams });
    all[`chat ${how}`] = await chatText(chat, streams);
  }
  assertEquals(app.services.transfers.size, 0);
  return all;
}

interface ResponseLike {
  status: string;
  error: { code: string } | null;
  output: { content: { text: string }[] }[];
}

async function responseText(answer: Response, streams: boolean): Promise<string> {
  const last = streams
    ? (await collect(answer)).events.map(({ data }) => data as { response: ResponseLike }).at(-1)
      ?.response
    : await answer.json() as ResponseLike;
  if (last === undefined) return "nothing";
  return last.error?.code ?? `${last.status}: ${last.output[0]?.content[0]?.text ?? ""}`;
}

interface ChunkLike {
  error?: { code: string };
  choices?: { delta: { content?: string } }[];
}

async function chatText(answer: Response, streams: boolean): Promise<string> {
  if (!streams) {
    const text = await answer.text().catch(() => "torn");
    return text === "torn" ? text : `completed: ${JSON.parse(text).choices[0].message.content}`;
  }
  const { events } = await collect(answer);
  const done = events.at(-1)?.data === "[DONE]";
  const chunks = (done ? events.slice(0, -1) : events).map(({ data }) => data as ChunkLike);
  const failed = chunks.find(({ error }) => error !== undefined);
  if (failed !== undefined) return failed.error?.code ?? "";
  const said = chunks.flatMap(({ choices }) => choices ?? []).map(({ delta }) =>
    delta.content ?? ""
  );
  return `${done ? "completed" : "open"}: ${said.join("")}`;
}

/** The same from everywhere; a whole completion is torn where others tell a code. */
function everywhere(said: string): Record<string, string> {
  return {
    "responses streamed": said,
    "chat streamed": said,
    "responses whole": said,
    "chat whole": said.startsWith("completed") ? said : "torn",
  };
}

Deno.test("a line of 1 MB passes", async () => {
  await using app = await testApp();
  const text = "0123456789abcdé".repeat(MB / 16);
  assertEquals(await answers(app, stream({ text: [text] })), everywhere(`completed: ${text}`));
});

Deno.test("a line beyond the bound fails, and is not waited for", async () => {
  await using app = await testApp();
  const endless = Array(40).fill(sse.raw("x".repeat(MB)));
  const said = await answers(app, [opening(), sse.raw("data: "), endless]);
  assertEquals(said, everywhere("upstream_garbled"));
  assert(app.fake.requests.every(({ finished }) => !finished));
});

Deno.test("broken UTF-8 becomes U+FFFD", async () => {
  await using app = await testApp();
  const script: Script = (request) => {
    const choices = [{ index: 0, delta: { content: "a?b" }, finish_reason: null }];
    const bytes = new TextEncoder().encode(eventText({ model: request.model, choices }));
    return [opening(), sse.raw(bytes.map((byte) => byte === 0x3f ? 0xff : byte)), ending()];
  };
  assertEquals(await answers(app, script), everywhere("completed: a\ufffdb"));
});

Deno.test("characters and lines that were cut anywhere come whole", async () => {
  await using app = await testApp();
  const text = "né 😀 llama";
  const chunk = eventText({
    choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
  });
  const script = [opening(), sse.drip(chunk), ending()];
  assertEquals(await answers(app, script), everywhere(`completed: ${text}`));
});

Deno.test("an upstream that keeps its connection open behind [DONE] is done", async () => {
  await using app = await testApp();
  const last = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
  const open = [
    stream({ text: "One two", finish: null }),
    sse.chunk(last),
    sse.raw("data: [DONE]\n\n"),
    silence(),
  ];
  const before = performance.now();
  assertEquals(await answers(app, open), everywhere("completed: One two"));
  assert(performance.now() - before < 5000);
  for (const request of app.fake.requests) await request.hungUp();
});

Deno.test("an upstream that ends its lines with CR LF is understood", async () => {
  await using app = await testApp();
  const event = (choice: unknown) => `data: ${JSON.stringify({ choices: [choice] })}\r\n\r\n`;
  const script = [
    sse.head(),
    sse.raw(event({ index: 0, delta: { content: "One " }, finish_reason: null })),
    sse.drip(event({ index: 0, delta: { content: "two" }, finish_reason: null }), 3),
    sse.raw(event({ index: 0, delta: {}, finish_reason: "stop" })),
    sse.raw("data: [DONE]\r\n\r\n"),
  ];
  assertEquals(await answers(app, script), everywhere("completed: One two"));
});

const SHORT = { grace: 1, connect: 0, firstByte: 0.2, stall: 0.2, load: 20 };

Deno.test("an upstream that goes silent in its answer is given up [H19] [OT46]", async () => {
  await using app = await testApp({ config: { timeouts: { ...SHORT, firstByte: 20 } } });
  const script = [stream({ text: "One two", finish: null }), silence()];
  assertEquals(await answers(app, script), everywhere("upstream_timeout"));
  for (const request of app.fake.requests) await request.hungUp();
});

Deno.test("an upstream that hangs but says that it lives is given up [H19]", async () => {
  await using app = await testApp({ config: { timeouts: { ...SHORT, firstByte: 20 } } });
  const pings = Array.from({ length: 200 }, () => [sse.ping(), { kind: "delay", ms: 20 } as const]);
  const script = [stream({ text: "One two", finish: null }), pings];
  assertEquals(await answers(app, script), everywhere("upstream_timeout"));
});

Deno.test("an upstream that never begins is given up, and one that reads slowly is not [H19]", async () => {
  await using app = await testApp({
    config: { timeouts: { ...SHORT, firstByte: 0.6, stall: 20 } },
  });
  const silent = await answers(app, [sse.head(), silence()]);
  assertEquals(silent, everywhere("upstream_timeout"));
  const progress = (processed: number) =>
    sse.chunk({
      choices: [{ index: 0, delta: { role: "assistant", content: null }, finish_reason: null }],
      prompt_progress: { total: 9, cache: 0, processed, time_ms: 1 },
    });
  const reading = [1, 2, 3, 4].map((n) => [progress(n), { kind: "delay", ms: 200 } as const]);
  const slowly = [sse.head(), reading, delta({ content: "One two" }), ending()];
  assertEquals(await answers(app, slowly), everywhere("completed: One two"));
});

Deno.test("an upstream that is silent before its head is given up after the 200 [H19] [OT46]", async () => {
  await using app = await testApp({ config: { timeouts: SHORT } });
  app.fake.reply(silence());
  const response = await app.post("/v1/responses", { input: "Hello", stream: true });
  assertEquals([response.status, await responseText(response, true)], [200, "upstream_timeout"]);
});
