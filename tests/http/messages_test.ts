/** `POST /v1/messages` and its neighbours: whole answers, counts, edges, and what is written down. */
import { assert, assertEquals } from "@std/assert";
import { text } from "../fake_llama/answers.ts";
import { status } from "../fake_llama/script.ts";
import { MESSAGES, messagesErrorOf, testApp, tokensIn } from "./test_app.ts";

const { path, body } = MESSAGES;
const COUNT = `${path}/count_tokens`;
const KEY = "sk-chaski-secret-of-the-test";

Deno.test("createMessage() answers whole where no stream is asked for [AM06] [AM09]", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  const response = await app.post(`${path}?beta=true`, body);
  assertEquals(response.headers.get("content-type"), "application/json");
  const requestId = response.headers.get("request-id");
  assertEquals([requestId?.slice(0, 4), response.headers.get("x-request-id")], ["req_", requestId]);
  const { id, usage, ...message } = await response.json();
  assert(/^msg_\w+$/.test(id), id);
  assertEquals(message, {
    type: "message",
    role: "assistant",
    model: "tiny",
    content: [{ type: "text", text: "One two three." }],
    stop_reason: "end_turn",
    stop_sequence: null,
  });
  assertEquals(tokensIn(usage), [11, 0, 3]);
});

Deno.test("createMessage() accounts for its tokens", async () => {
  await using app = await testApp();
  app.fake.reply(text("One two three."));
  await (await app.post(path, { ...body, stream: true })).text();
  const [row] = app.services.store.usage.recent(1);
  const { route, model, status, outcome, inputTokens, cachedTokens, outputTokens } = row!;
  assertEquals([route, model, status, outcome], ["POST /v1/messages", "tiny", 200, "complete"]);
  assertEquals([inputTokens, cachedTokens, outputTokens], [11, 0, 3]);
});

Deno.test("createMessage() keeps nothing of an answer", async () => {
  await using app = await testApp();
  const { id } = await (await app.post(path, body)).json();
  const response = await app.request(`/v1/responses/${id.replace("msg_", "resp_")}`);
  assertEquals(response.status, 404);
  await response.body?.cancel();
});

Deno.test("countMessageTokens() counts what would be sent", async () => {
  await using app = await testApp();
  const counting = "POST /v1/chat/completions/input_tokens";
  app.fake.always(counting, status(200, { object: "x", input_tokens: 42 }));
  const response = await app.post(COUNT, { ...body, max_tokens: undefined, system: "Be brief." });
  assertEquals([response.status, await response.json()], [200, { input_tokens: 42 }]);
  assert(response.headers.get("request-id")?.startsWith("req_"));
  const sent = app.fake.others.find(({ path }) => path.endsWith("/input_tokens"))?.body;
  assertEquals(sent?.messages, [{ role: "system", content: "Be brief." }, ...body.messages]);
  assertEquals(app.fake.requests.length, 0);
});

const WRONG: [what: string, method: string, path: string, sent: string | null, status: number][] = [
  ["a method that is not there", "GET", path, null, 405],
  ["a method that is not there", "DELETE", COUNT, null, 405],
  ["a path that is not there", "POST", `${path}/batches`, "{}", 404],
  ["a path that is not there", "GET", `${path}/msg_1`, null, 404],
  ["a body that is no JSON", "POST", path, '{"messages": ', 400],
  ["a body that is no object", "POST", path, "[]", 400],
  ["a body without messages", "POST", path, "{}", 400],
  ["a body without messages", "POST", COUNT, "{}", 400],
  ["a body that is too large", "POST", path, " ".repeat(1024 * 1024 + 1), 413],
];
const TYPES: Record<number, string> = {
  400: "invalid_request_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "request_too_large",
};

for (const [what, method, path, sent, status] of WRONG) {
  Deno.test(`createApp() refuses ${what} in Anthropic's envelope: ${method} ${path}`, async () => {
    await using app = await testApp();
    const response = await app.request(path, { method, body: sent });
    assertEquals(response.status, status);
    assertEquals(response.headers.get("x-should-retry"), "false");
    assertEquals(response.headers.has("allow"), status === 405);
    assertEquals((await messagesErrorOf(response)).type, TYPES[status]);
    assertEquals(app.fake.requests.length, 0);
  });
}

Deno.test("createApp() asks for the key under /v1/messages, in either header", async () => {
  await using app = await testApp({ config: { apiKey: KEY } });
  for (const path of [MESSAGES.path, COUNT, `${MESSAGES.path}/batches`]) {
    for (const headers of [{}, { authorization: "Bearer no" }, { "x-api-key": "no" }]) {
      const response = await app.post(path, body, { headers });
      assertEquals(response.status, 401);
      // Without it Claude Code would ask eleven times.
      assertEquals(response.headers.get("x-should-retry"), "false");
      assertEquals((await messagesErrorOf(response)).type, "authentication_error");
    }
  }
  for (const headers of [{ authorization: `Bearer ${KEY}` }, { "x-api-key": KEY }]) {
    const response = await app.post(path, body, { headers });
    assertEquals([response.status, (await response.json()).type], [200, "message"]);
  }
  assertEquals(app.fake.requests.length, 2);
});

Deno.test("createMessage() names the field at fault, as Anthropic does", async () => {
  await using app = await testApp();
  const cases: [sent: object, field: string][] = [
    [{ messages: [] }, "messages: "],
    [{ messages: [{ role: "bot", content: "" }] }, "messages.0.role: "],
    [{ messages: [{ role: "user", content: [{ type: "text" }] }] }, "messages.0.content.0.text: "],
    [{ max_tokens: 0 }, "max_tokens: "],
    [{ tools: [{ name: "", input_schema: {} }] }, "tools.0.name: "],
    [{ stop_sequences: [""] }, "stop_sequences.0: "],
  ];
  for (const [sent, field] of cases) {
    const response = await app.post(path, { ...body, ...sent });
    assertEquals(response.status, 400);
    const { message } = await messagesErrorOf(response);
    assert(message.startsWith(field), message);
  }
});

Deno.test("createMessage() tells in a header what was left out, and where", async () => {
  await using app = await testApp();
  const pdf = { type: "base64", media_type: "application/pdf", data: btoa("%PDF\0") };
  const image = {
    type: "image",
    source: { type: "base64", media_type: "image/png", data: "iVBO" },
  };
  const messages = [
    { role: "user", content: [{ type: "document", source: pdf }, { type: "hologram" }] },
    { role: "system", content: "You are here." },
    { role: "assistant", content: "Hello" },
    { role: "user", content: [{ type: "text", text: "Look:" }, image] },
  ];
  const output_config = { effort: "colossal" };
  const thinking = { type: "adaptive" };
  const response = await app.post(path, { ...body, messages, output_config, thinking });
  await response.body?.cancel();
  const notes = [
    "document_omitted(messages[0].content[0])",
    "block_dropped(messages[0].content[1])",
    "image_omitted(messages[3])",
    "effort_ignored(output_config.effort)",
  ];
  assertEquals(response.headers.get("x-chaski-notes"), notes.join(", "));
  assertEquals(app.requestLines()[0]?.facts.notes, notes);
});
