/** The requests of Claude Code as they come: what llama-server is sent, and what is answered. */
import { assert, assertEquals } from "@std/assert";
import { text } from "../fake_llama/answers.ts";
import type { RecordedRequest } from "../fake_llama/request.ts";
import { status } from "../fake_llama/script.ts";
import type { FakeLlamaOptions } from "../fake_llama.ts";
import { type RecordedClaudeCode, recordedClaudeCode } from "../recorded_claude_code.ts";
import { type TestApp, testApp } from "./test_app.ts";

interface Message {
  role: string;
  content: string | { type: string; text?: string }[];
  tool_calls?: { id: string; function: { name: string } }[];
  tool_call_id?: string;
}

/** All that ask the model. */
const ASKS = "01 02 04 06 11 12 13 16 17 19 21 23 25 26 29 33 35".split(" ");
/** Those with the usual tools, whose surroundings are the same in every session. */
const ALIKE = "01 02 04 06 21 25 26 35".split(" ");

const ANY_MODEL = { config: { defaultModel: "any" } } as const;

function post(app: TestApp, { path, query, headers, body }: RecordedClaudeCode) {
  return app.post(path + query, body, { headers });
}

/** What llama-server is sent for a request. */
async function sent(
  request: RecordedClaudeCode,
  fake: FakeLlamaOptions = {},
): Promise<RecordedRequest> {
  await using app = await testApp({ ...ANY_MODEL, fake });
  const response = await post(app, request);
  assertEquals([response.status, app.fake.requests.length], [200, 1]);
  await response.body?.cancel();
  return app.fake.requests[0]!;
}

const messagesOf = ({ body }: RecordedRequest) => body.messages as Message[];
const toolsOf = ({ body }: RecordedRequest) =>
  ((body.tools ?? []) as { function: { name: string } }[]).map((tool) => tool.function.name);

Deno.test("every recorded request of Claude Code is answered, in the form it asks for", async () => {
  await using app = await testApp(ANY_MODEL);
  for (const number of ASKS) {
    const request = await recordedClaudeCode(number);
    app.fake.reply(text("One two three."));
    const response = await post(app, request);
    assertEquals([number, response.status], [number, 200]);
    const said = await response.text();
    if (request.body.stream) {
      assert(said.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n'));
    } else assertEquals(JSON.parse(said).content, [{ type: "text", text: "One two three." }]);
    const asked = app.fake.requests.at(-1)!;
    assert(!asked.bodyText.includes("x-anthropic-billing-header"), number);
    assert(!toolsOf(asked).includes("DeferredToolPlaceholder"), number);
    assert(!asked.bodyText.includes("cache_control"), number);
    const systems = messagesOf(asked).map(({ role }) => role === "system");
    assertEquals(systems, systems.map((_, i) => i === 0), number);
  }
  assertEquals(app.fake.requests.length, ASKS.length);
});

Deno.test("a session's first request is the beginning of its later ones, byte for byte", async () => {
  for (const number of ["02", "04", "06", "11", "13", "17", "25", "26", "33"]) {
    const later = await recordedClaudeCode(number);
    const [prompt, surroundings] = later.body.messages;
    // So it is when it is the newest: an array, with the mark that moves from turn to turn.
    const cache_control = { type: "ephemeral" };
    const newest = { type: "text", text: surroundings!.content, cache_control };
    const messages = [prompt!, { role: "system", content: [newest] }];
    const first = messagesOf(await sent({ ...later, body: { ...later.body, messages } }));
    const whole = messagesOf(await sent(later));
    assertEquals(JSON.stringify(whole.slice(0, first.length)), JSON.stringify(first), number);
    assert(whole.length > first.length, number);
  }
});

Deno.test("sessions with other prompts begin alike, up to the prompt", async () => {
  const beginnings = new Set<string>();
  const tools = new Set<string>();
  for (const number of ALIKE) {
    const request = await sent(await recordedClaudeCode(number));
    const asText = JSON.stringify(messagesOf(request));
    const at = asText.indexOf("MAINPROMPT");
    assert(at > 15_000, `${number}: ${at}`);
    beginnings.add(asText.slice(0, at));
    tools.add(JSON.stringify(request.body.tools));
  }
  assertEquals([beginnings.size, tools.size], [1, 1]);
});

Deno.test("a tool that was found by a search comes behind the others", async () => {
  const [before, after] = [
    toolsOf(await sent(await recordedClaudeCode("01"))),
    await sent(await recordedClaudeCode("13")),
  ];
  assertEquals(toolsOf(after), [...before, "mcp__labecho__add"]);
  const result = messagesOf(after).find(({ role }) => role === "tool");
  assertEquals(result?.content, "[tool loaded: mcp__labecho__add]");
});

Deno.test("parallel calls stand in one turn, and their results behind it, by their ids", async () => {
  const messages = messagesOf(await sent(await recordedClaudeCode("04")));
  const at = messages.findIndex(({ tool_calls }) => tool_calls !== undefined);
  const ids = messages[at]?.tool_calls?.map(({ id }) => id);
  assertEquals(ids?.length, 3);
  const results = messages.slice(at + 1);
  assertEquals(results.map(({ role, tool_call_id }) => [role, tool_call_id]), [
    ...ids!.map((id) => ["tool", id]),
  ]);
});

Deno.test("a model that sees is sent images, a blind one a mark; in results, too", async () => {
  for (const number of ["16", "17"]) {
    const request = await recordedClaudeCode(number);
    const blind = await sent(request);
    assert(blind.bodyText.includes("[image omitted: this model cannot see images]"), number);
    assert(!blind.bodyText.includes("data:image/"), number);
    const seeing = await sent(request, { vision: true });
    const shown = messagesOf(seeing).flatMap(({ content }) =>
      Array.isArray(content) ? content.filter(({ type }) => type === "image_url") : []
    );
    assertEquals(shown.length, 1, number);
  }
});

const SWITCH = { chatTemplate: "{{ enable_thinking }}" };
const EFFORT = { chatTemplate: "{{ reasoning_effort }}" };

Deno.test("a model thinks as Claude Code says", async () => {
  const [turn, title] = [await recordedClaudeCode("01"), await recordedClaudeCode("29")];
  const off = { enable_thinking: false };
  const without = { ...turn, body: { ...turn.body, thinking: undefined } };
  assertEquals((await sent(turn, SWITCH)).body.chat_template_kwargs, { enable_thinking: true });
  assertEquals((await sent(without, SWITCH)).body.chat_template_kwargs, off);
  assertEquals((await sent(title, SWITCH)).body.chat_template_kwargs, off);
  assertEquals((await sent(turn, EFFORT)).body.reasoning_effort, "high");
  assertEquals((await sent(without, EFFORT)).body.reasoning_effort, "low");
  const thinking = { type: "enabled", budget_tokens: 31999 };
  const bounded = await sent({ ...turn, body: { ...turn.body, thinking } });
  assertEquals(bounded.body.thinking_budget_tokens, 31999);
});

Deno.test("a title is asked for by its schema alone", async () => {
  const { body } = await sent(await recordedClaudeCode("29"));
  const { type, json_schema } = body.response_format as {
    type: string;
    json_schema: { schema: { required: string[] } };
  };
  assertEquals([type, json_schema.schema.required, body.tools], [
    "json_schema",
    ["title"],
    undefined,
  ]);
});

Deno.test("a search on the web is answered without llama-server", async () => {
  await using app = await testApp(ANY_MODEL);
  const request = await recordedClaudeCode("14");
  const streamed = await (await post(app, request)).text();
  assert(streamed.includes("Web search is not available"), streamed);
  assert(streamed.includes('"stop_reason":"end_turn"'));
  const whole = await post(app, { ...request, body: { ...request.body, stream: false } });
  const { content, usage } = await whole.json();
  assert(content[0].text.startsWith("Web search is not available"));
  assertEquals([usage.input_tokens, usage.output_tokens], [0, 0]);
  assertEquals(app.fake.requests.length, 0);
  assertEquals(app.requestLines().map(({ facts }) => facts.outcome), ["complete", "complete"]);
});

Deno.test("tokens are counted and models listed as Claude Code asks for them", async () => {
  await using app = await testApp(ANY_MODEL);
  app.fake.always("POST /v1/chat/completions/input_tokens", status(200, { input_tokens: 7 }));
  const counted = await post(app, await recordedClaudeCode("36"));
  assertEquals([counted.status, await counted.json()], [200, { input_tokens: 7 }]);
  const { path, query, headers } = await recordedClaudeCode("37");
  const { data, has_more } = await (await app.request(path + query, { headers })).json();
  assertEquals([data.length, data[0].id, data[0].max_input_tokens], [1, "tiny", 8192]);
  assertEquals(has_more, false);
});
