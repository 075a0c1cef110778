/** What goes wrong behind Chaski, as a Messages client is told it: in Anthropic's envelope. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay, failure, status } from "../fake_llama/script.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, MESSAGES, messagesErrorOf, type TestApp, testApp } from "./test_app.ts";
import { BEFORE, GARBAGE, WITHIN } from "./upstream_failures.ts";

const { path, body } = MESSAGES;

const TYPES: Record<number, string> = {
  400: "invalid_request_error",
  500: "api_error",
  502: "api_error",
  503: "overloaded_error",
};

/** Claude Code answers a 400 by asking six times, so that it gets one where it compacts alone. */
function statusOf(row: { status: number; code: string }): number {
  return row.code === "invalid_prompt" ? 500 : row.status;
}

/** What may be over when it is asked again. */
function passes({ code, status }: { code: string; status: number }): boolean {
  return status >= 502 && code !== "upstream_key_refused";
}

for (const row of BEFORE) {
  for (const streams of [true, false]) {
    const how = streams ? "a stream" : "a whole answer";
    const what = row.what.replace(/ \[.*/, "");
    Deno.test(`/v1/messages tells ${what} instead of ${how} as ${statusOf(row)}`, async () => {
      await using app = await testApp();
      app.fake.always("POST /v1/chat/completions", row.script);
      const response = await app.post(path, { ...body, stream: streams });
      const { headers } = response;
      assertEquals(response.status, statusOf(row));
      assertEquals(headers.get("retry-after"), row.status === 503 ? "2" : null);
      assertEquals(headers.get("x-should-retry"), passes(row) ? null : "false");
      const { type, message } = await messagesErrorOf(response);
      assertEquals(type, TYPES[statusOf(row)]);
      if (row.code === "context_length_exceeded") {
        assert(/^prompt is too long: \d+ tokens > \d+ maximum$/.test(message), message);
      }
      const told = app.requestLines().map(({ facts }) => facts.code);
      assertEquals([told, app.services.transfers.size], [[row.code], 0]);
    });
  }
}

const tooLong = failure(400, "exceed_context_size_error", "too long", {
  n_prompt_tokens: 9000,
  n_ctx: 8192,
});
const TOO_LONG = "prompt is too long: 9000 tokens > 8192 maximum";

for (const streams of [true, false]) {
  const how = streams ? "a stream" : "a whole answer";
  Deno.test(`/v1/messages tells an overflow within ${how} by the same words`, async () => {
    await using app = await testApp();
    // Later than the head is out.
    app.fake.reply(delay(2300), tooLong);
    const response = await app.post(path, { ...body, stream: streams });
    assertEquals(response.status, 200);
    const said = await textOf(response);
    assert(said.includes(`"type":"invalid_request_error","message":"${TOO_LONG}"`), said);
    assertEquals([said.includes("message_start"), said.includes("message_stop")], [false, false]);
  });
}

/** What came of a body, which may tear. */
async function textOf(response: Response): Promise<string> {
  let text = "";
  const pieces = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const piece = await pieces.read().catch(() => null);
    if (piece === null || piece.done) return text;
    text += piece.value;
  }
}

interface ErrorEvent {
  type: string;
  error: { type: string; message: string };
}

for (const [what, script, code] of [...WITHIN, ...GARBAGE]) {
  const named = what.replace(/ \[.*/, "");
  Deno.test(`/v1/messages ends with one error event for ${named}`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const response = await app.post(path, { ...body, stream: true });
    assertEquals(response.status, 200);
    const { events, rest } = await collect(response);
    const errors = events.filter(({ event }) => event === "error");
    assertEquals([errors.length, errors[0] === events.at(-1), rest], [1, true, ""]);
    const { type, error } = errors[0]?.data as ErrorEvent;
    const expected = code === "server_is_overloaded" ? "overloaded_error" : "api_error";
    assertEquals([type, error.type], ["error", expected]);
    assertEquals(events.some(({ event }) => event.startsWith("message_stop")), false);
    await assertLogged(app, code);
  });

  Deno.test(`/v1/messages breaks a whole answer off for ${named}`, async () => {
    await using app = await testApp();
    app.fake.reply(script);
    const response = await app.post(path, body);
    assertEquals(response.status, 200);
    await assertRejects(() => response.json());
    await assertLogged(app, code);
  });
}

/** One line, which blames the upstream; nothing is left running. */
async function assertLogged(app: TestApp, code: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  const told = app.requestLines().map(({ facts }) => [facts.outcome, facts.code, facts.source]);
  assertEquals(told, [["failed", code, "upstream"]]);
  const complaints = app.lines.filter(({ level }) => level === "error");
  assertEquals([app.services.transfers.size, complaints.length], [0, 0]);
}

Deno.test("/v1/messages says that llama-server still loads its model, before it asks", async () => {
  await using app = await testApp();
  app.fake.loading = true;
  for (const asked of [path, `${path}/count_tokens`]) {
    const response = await app.post(asked, body);
    assertEquals([response.status, response.headers.get("retry-after")], [503, "2"]);
    assertEquals(response.headers.get("x-should-retry"), null);
    assertEquals((await messagesErrorOf(response)).type, "overloaded_error");
  }
});

Deno.test("/v1/messages says which models there are, but serves Anthropic's names", async () => {
  await using app = await testApp();
  const response = await app.post(path, { ...body, model: "gpt-4o" });
  assertEquals([response.status, response.headers.get("x-should-retry")], [404, "false"]);
  const { type, message } = await messagesErrorOf(response);
  assertEquals([type, message.includes("'tiny'")], ["not_found_error", true]);
  const served = await app.post(path, { ...body, model: "claude-haiku-4-5" });
  assertEquals([served.status, (await served.json()).model], [200, "tiny"]);
});

Deno.test("/v1/messages says that nobody listens behind Chaski", async () => {
  await using app = await testApp();
  await app.watch.models();
  await app.fake.down();
  const response = await app.post(path, { ...body, stream: true });
  assertEquals([response.status, response.headers.get("x-should-retry")], [502, null]);
  assertEquals((await messagesErrorOf(response)).type, "api_error");
});

Deno.test("counting tokens over a llama-server that is gone is 502, not a defect", async () => {
  await using app = await testApp();
  app.fake.always("POST /v1/chat/completions/input_tokens", status(200, { input_tokens: 7 }));
  assertEquals((await app.post(`${path}/count_tokens`, body)).status, 200);
  await app.fake.down();
  const answer = await app.post(`${path}/count_tokens`, body);
  assertEquals(answer.status, 502);
  assertEquals((await answer.json()).error.type, "api_error");
  const openAi = await app.post("/v1/responses/input_tokens", { input: "Hi" });
  assertEquals([openAi.status, (await errorOf(openAi)).code], [502, "upstream_unreachable"]);
});
