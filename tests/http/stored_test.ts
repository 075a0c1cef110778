/** Responses that are kept: to read again, to go on from, to delete. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { delta, opening, stream, text as words } from "../fake_llama/answers.ts";
import { cut, live, status } from "../fake_llama/script.ts";
import { assertEventFits, assertFits } from "../open_responses.ts";
import { collect, sseEvents } from "../sse_reader.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

type Json = Record<string, unknown>;

interface Stored extends Json {
  id: string;
  output: { type: string; id: string }[];
}

async function ask(app: TestApp, body: Json, answer = "Hello."): Promise<Stored> {
  app.fake.reply(words(answer));
  const response = await app.post("/v1/responses", { input: "Hi.", ...body });
  assertEquals(response.status, 200);
  return await response.json();
}

const get = async (app: TestApp, path: string) => await (await app.request(path)).json();

/** What the upstream was told last, as roles and texts. */
function lastPrompt(app: TestApp): string[] {
  const messages = app.fake.requests.at(-1)?.body?.messages as { role: string; content: unknown }[];
  return messages.map(({ role, content }) => `${role}: ${content}`);
}

Deno.test("a response is kept as it was told, and gone when it is deleted", async () => {
  await using app = await testApp();
  const told = await ask(app, { metadata: { a: "b" } });
  assertEquals(told.store, true);
  assertEquals(await get(app, `/v1/responses/${told.id}`), told);
  assertFits("ResponseResource", told);
  const path = `/v1/responses/${told.id}`;
  const deleted = await (await app.request(path, { method: "DELETE" })).json();
  assertEquals(deleted, { id: told.id, object: "response", deleted: true });
  for (const method of ["GET", "DELETE"]) {
    const answer = await app.request(path, { method });
    assertEquals([answer.status, (await errorOf(answer)).code], [404, "response_not_found"]);
  }
});

Deno.test("a response is not kept where the request or the operator forbids it", async () => {
  await using app = await testApp();
  const forbidden = await ask(app, { store: false });
  assertEquals(forbidden.store, false);
  assertEquals((await app.request(`/v1/responses/${forbidden.id}`)).status, 404);
  await using never = await testApp({ config: { store: "never" } });
  const kept = await ask(never, { store: true });
  assertEquals(kept.store, false);
  assertEquals((await never.request(`/v1/responses/${kept.id}`)).status, 404);
});

Deno.test("a streamed response is there before its last event is told", async () => {
  await using app = await testApp();
  app.fake.reply(words("Hello."));
  const events = sseEvents(await app.post("/v1/responses", { input: "Hi.", stream: true }));
  for await (const { data } of events) {
    const { type, response } = data as { type: string; response: Stored };
    if (type !== "response.completed") continue;
    assertEquals(await get(app, `/v1/responses/${response.id}`), response);
  }
});

Deno.test("a continuation says what was said before, but not the old instructions", async () => {
  await using app = await testApp();
  const first = await ask(app, { input: "One.", instructions: "Be brief." }, "First.");
  const second = await ask(app, { input: "Two.", previous_response_id: first.id }, "Second.");
  assertEquals(second.previous_response_id, first.id);
  assertEquals(lastPrompt(app), ["user: One.", "assistant: First.", "user: Two."]);
  await ask(app, { input: "Three.", previous_response_id: second.id, instructions: "Sing." });
  assertEquals(lastPrompt(app), [
    ...["system: Sing.", "user: One.", "assistant: First.", "user: Two.", "assistant: Second."],
    "user: Three.",
  ]);
});

Deno.test("a continuation finds the calls of the turns before, and refuses an output of none", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ calls: [{ name: "look", arguments: { at: "x" } }] }));
  const tools = [{ type: "function", name: "look" }];
  const body = { input: "Look.", tools };
  const first: Stored = await (await app.post("/v1/responses", body)).json();
  const call_id = (first.output[0] as unknown as { call_id: string }).call_id;
  const output = (call_id: string) => [{ type: "function_call_output", call_id, output: "seen" }];
  const previous_response_id = first.id;
  await ask(app, { input: output(call_id), previous_response_id, tools });
  assertEquals(lastPrompt(app).at(-1), "tool: seen");
  const orphan = { input: output("other"), previous_response_id, tools };
  const refused = await app.post("/v1/responses", orphan);
  assertEquals([refused.status, (await errorOf(refused)).param], [400, "input[0].call_id"]);
  // A request that brings its own history is treated kindly.
  await ask(app, { input: output("other"), tools });
});

Deno.test("a continuation of nothing, of a deleted response or of another key's is refused", async () => {
  await using app = await testApp({ config: { apiKey: "one" } });
  const init = { headers: { authorization: "Bearer one" } };
  app.fake.reply(words("First."));
  const first: Stored = await (await app.post("/v1/responses", { input: "x" }, init)).json();
  const go = (previous_response_id: string) =>
    app.post("/v1/responses", { input: "x", previous_response_id }, init);
  app.services.store.responses.put({
    ...{ id: "resp_other", owner: "other", createdAt: 1, model: "m", status: "completed" },
    ...{ previousId: null, conversationId: null, background: false, text: '{"output":[]}' },
    input: [],
  });
  await app.request(`/v1/responses/${first.id}`, { method: "DELETE", ...init });
  for (const id of ["resp_none", "resp_other", first.id]) {
    const refused = await go(id);
    const { code, param } = await errorOf(refused);
    assertEquals([refused.status, code, param], [
      ...[400, "previous_response_not_found", "previous_response_id"],
    ]);
    assertEquals((await app.request(`/v1/responses/${id}`, init)).status, 404);
  }
});

Deno.test("a response that its client leaves is kept as cancelled, with what was said", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), delta({ content: "Half" }), live());
  const leaver = new AbortController();
  const { signal } = leaver;
  const answer = await app.post("/v1/responses", { input: "x", stream: true }, { signal });
  const events = sseEvents(answer);
  let id = "";
  for await (const { data } of events) {
    const { type, response } = data as { type: string; response?: Stored };
    id ||= response?.id ?? "";
    if (type === "response.output_text.delta") break;
  }
  leaver.abort();
  while (app.requestLines().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const kept = await get(app, `/v1/responses/${id}`);
  assertEquals([kept.status, kept.output[0].content[0].text], ["cancelled", "Half"]);
});

Deno.test("a failed response is kept with its error", async () => {
  await using app = await testApp();
  app.fake.reply(opening(), delta({ content: "Half" }), cut());
  const told = await (await app.post("/v1/responses", { input: "x" })).json();
  assertEquals(told.status, "failed");
  assertEquals(await get(app, `/v1/responses/${told.id}`), told);
});

Deno.test("a kept response is told again as a stream, from any number on", async () => {
  await using app = await testApp();
  const answers = [
    stream({ reasoning: "Hm.", text: "Hello there." }),
    stream({ calls: [{ name: "look", arguments: { at: "x" } }] }),
    stream({ text: "Hello", finish: "length" }),
  ];
  for (const answer of answers) {
    app.fake.reply(answer);
    const body = { input: "x", tools: [{ type: "function", name: "look" }] };
    const told: Stored = await (await app.post("/v1/responses", body)).json();
    const path = `/v1/responses/${told.id}?stream=true`;
    const { events } = await collect(await app.request(path));
    const all = events.map(({ data }) => data as { type: string; sequence_number: number });
    for (const event of all) assertEventFits(event);
    assertEquals(all.map((event) => event.sequence_number), all.map((_, i) => i));
    assertEquals((all.at(-1) as unknown as { response: Stored }).response, told);
    for (const [i] of all.entries()) {
      const tail = await collect(await app.request(`${path}&starting_after=${i}`));
      assertEquals(tail.events.map(({ data }) => data), all.slice(i + 1));
    }
  }
  assertEquals((await app.request("/v1/responses/x?stream=true&starting_after=-1")).status, 404);
});

Deno.test("the input of a response is listed page by page", async () => {
  await using app = await testApp();
  const input = Array.from({ length: 5 }, (_, i) => ({ role: "user", content: `${i}` }));
  const { id } = await ask(app, { input });
  const list = (query: string) => get(app, `/v1/responses/${id}/input_items?${query}`);
  const first = await list("order=asc&limit=2");
  assertEquals([first.object, first.has_more, first.data.length], ["list", true, 2]);
  assertEquals(first.data[0].content, [{ type: "input_text", text: "0" }]);
  assertEquals([first.first_id, first.last_id], first.data.map(({ id }: Stored) => id));
  const rest = await list(`order=asc&limit=100&after=${first.last_id}`);
  assertEquals(rest.data.map(({ content }: { content: { text: string }[] }) => content[0]?.text), [
    ...["2", "3", "4"],
  ]);
  const newest = await list("");
  assertEquals(newest.data[0].content[0].text, "4");
  for (const query of ["limit=0", "limit=101", "limit=x", "order=up", "after=nothing"]) {
    assertEquals((await app.request(`/v1/responses/${id}/input_items?${query}`)).status, 400);
  }
  assertEquals((await app.request("/v1/responses/none/input_items")).status, 404);
});

Deno.test("only what runs by itself can be cancelled by its id", async () => {
  await using app = await testApp();
  const { id } = await ask(app, {});
  const cancel = (id: string) => app.post(`/v1/responses/${id}/cancel`, "");
  assertEquals((await cancel(id)).status, 400);
  assertEquals((await cancel("none")).status, 404);
});

Deno.test("hostile ids and cursors are refused in a sentence", async () => {
  await using app = await testApp();
  const { id } = await ask(app, {});
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", minLength: 1 }), async (text) => {
    const hostile = encodeURIComponent(text.toWellFormed());
    assertNotEquals(text, id);
    for (
      const path of [
        `/v1/responses/x${hostile}`,
        `/v1/responses/${id}/input_items?after=${hostile}`,
        `/v1/conversations/x${hostile}/items`,
      ]
    ) {
      const answer = await app.request(path);
      assert([400, 404].includes(answer.status), `${answer.status} for ${path}`);
      assertStringIncludes(String((await errorOf(answer)).message), "Cannot");
    }
  }));
});

Deno.test("every request is in the account, with what it took", async () => {
  await using app = await testApp();
  const { id } = await ask(app, {});
  await app.request(`/v1/responses/${id}`);
  await (await app.post("/v1/responses", "no JSON")).text();
  const rows = app.services.store.usage.recent(10).toReversed();
  assertEquals(rows.map(({ route, status, outcome }) => `${route} ${status} ${outcome}`), [
    "POST /v1/responses 200 complete",
    "GET /v1/responses/{id} 200 complete",
    "POST /v1/responses 400 refused",
  ]);
  const [first] = rows;
  assertEquals([first?.model, first?.owner, first?.inputTokens], ["tiny", null, 11]);
  assert((first?.firstEventMs ?? -1) >= 0 && (first?.totalMs ?? -1) >= (first?.firstEventMs ?? 0));
});

Deno.test("input_tokens counts what would be sent, by llama-server", async () => {
  await using app = await testApp();
  const path = "POST /v1/chat/completions/input_tokens";
  app.fake.always(path, status(200, { input_tokens: 42 }));
  const body = { input: "Hi.", instructions: "Be brief." };
  const counted = await (await app.post("/v1/responses/input_tokens", body)).json();
  assertEquals(counted, { object: "response.input_tokens", input_tokens: 42 });
  app.fake.always(path, status(200, { tokens: 42 }));
  const garbled = await app.post("/v1/responses/input_tokens", body);
  assertEquals([garbled.status, (await errorOf(garbled)).code], [502, "upstream_garbled"]);
});
