/** Conversations as summaries: Codex's own request for one, and `compaction_trigger`. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { stream, text as words } from "../fake_llama/answers.ts";
import { assertFits } from "../open_responses.ts";
import { assertCallEvents } from "../sdk_shapes.ts";
import { collect } from "../sse_reader.ts";
import { errorOf, testApp } from "./test_app.ts";

const user = (content: string) => ({ role: "user", content });
const TOOLS = [{ type: "function", name: "look", parameters: { type: "object" } }];
const THREAD = { headers: { "thread-id": "thread-1" } };
const TRIGGER = { type: "compaction_trigger" };

Deno.test("compaction_trigger is answered with one sealed item, which is opened again", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ reasoning: "What was it?", text: " The user wants a llama. " }));
  const input = [user("I want a llama."), TRIGGER];
  const answer = await app.post("/v1/responses", { input, tools: TOOLS, stream: true });
  const { events } = await collect(answer);
  const told = events.map(({ data }) => data as { type: string; response?: { output: unknown[] } });
  assertEquals(told.map(({ type }) => type.replace("response.", "")), [
    ...["created", "in_progress", "output_item.added", "output_item.done", "completed"],
  ]);
  assertCallEvents(told);
  const [item, ...others] = told.at(-1)?.response?.output ?? [];
  assertEquals(others, []);
  assert(!JSON.stringify(item).includes("llama"));

  // The prompt keeps its beginning: the tools stay, and may not be called.
  const asked = app.fake.requests[0]?.body;
  assertEquals([asked?.tool_choice, (asked?.tools as unknown[]).length], ["none", 1]);
  assertStringIncludes(JSON.stringify(asked?.messages), "Write these notes now");

  app.fake.reply(words("Which llama?"));
  const next = [user("I want a llama."), item, user("A brown one.")];
  const second = await (await app.post("/v1/responses", { input: next })).json();
  assertEquals(second.status, "completed");
  const said = JSON.stringify(app.fake.requests[1]?.body?.messages);
  assertStringIncludes(said, "The user wants a llama.");
  assert(!said.includes("What was it?"));
});

Deno.test("compaction_trigger fails in a sentence when the model writes no summary twice", async () => {
  await using app = await testApp();
  app.fake.reply(words(""));
  app.fake.reply(stream({ reasoning: "Hm.", text: " \n" }));
  const answer = await app.post("/v1/responses", { input: [user("a"), TRIGGER] });
  const { status, error, output } = await answer.json();
  assertEquals([status, output], ["failed", []]);
  assertStringIncludes(error.message, "the model wrote no summary");
  assertEquals(app.fake.requests.length, 2);
});

Deno.test("a compaction item with a foreign or damaged seal is refused", async () => {
  await using app = await testApp();
  for (const encrypted_content of ["gAAAAABfoo", "chaski1.AAAA", ""]) {
    const input = [{ type: "compaction", encrypted_content }, user("a")];
    const answer = await app.post("/v1/responses", { input });
    assertEquals(answer.status, 400);
    const { message, param, code } = await errorOf(answer);
    assertStringIncludes(String(message), "Cannot open a compaction item");
    assertEquals([param, code], ["input[0].encrypted_content", "invalid_prompt"]);
  }
  assertEquals(app.fake.requests.length, 0);
});

Deno.test("a request without tools gets those of its conversation's last one, not to be called", async () => {
  await using app = await testApp();
  const ask = async (body: Record<string, unknown>, init: RequestInit = THREAD) => {
    app.fake.reply(words("A summary."));
    const answer = await app.post("/v1/responses", { input: [user("a")], ...body }, init);
    assertEquals((await answer.json()).status, "completed");
    const { tools, tool_choice } = app.fake.requests.at(-1)?.body ?? {};
    return [tools, tool_choice];
  };
  const [tools] = await ask({ tools: TOOLS });
  assertEquals(await ask({ tools: [] }), [tools, "none"]);
  // Another conversation, another key, or no word about tools at all: none are added.
  assertEquals(await ask({ tools: [] }, { headers: { "thread-id": "thread-2" } }), [
    undefined,
    undefined,
  ]);
  const stranger = { "thread-id": "thread-1", authorization: "Bearer other" };
  assertEquals(await ask({ tools: [] }, { headers: stranger }), [undefined, undefined]);
  assertEquals(await ask({}), [undefined, undefined]);
  // An application's cache key is no conversation, and an answer with a form is no summary.
  const keyed = { tools: TOOLS, prompt_cache_key: "app" };
  await ask(keyed, {});
  assertEquals(await ask({ ...keyed, tools: [] }, {}), [undefined, undefined]);
  const text = { format: { type: "json_object" } };
  assertEquals(await ask({ tools: [], text }), [undefined, undefined]);
});

Deno.test("a call that is printed where a summary is wanted is not passed on", async () => {
  await using app = await testApp();
  app.fake.reply(words("ok"));
  await (await app.post("/v1/responses", { input: [user("a")], tools: TOOLS }, THREAD)).text();
  app.fake.reply(words('Notes.\n<tool_call>\n{"name":"look","arguments":{}}\n</tool_call>'));
  const answer = await app.post("/v1/responses", { input: [user("a")], tools: [] }, THREAD);
  const { output } = await answer.json();
  assertEquals(output.map(({ type }: { type: string }) => type), ["message"]);
  assertEquals(output[0].content[0].text.trim(), "Notes.");
});

Deno.test("reasoning is sealed where that is asked for, and opened when only the seal is left", async () => {
  await using app = await testApp();
  app.fake.reply(stream({ reasoning: "I think.", text: "Yes." }));
  const include = ["reasoning.encrypted_content"];
  const first = await (await app.post("/v1/responses", { input: [user("a")], include })).json();
  const [thought] = first.output;
  assertEquals(thought.content[0].text, "I think.");
  app.fake.reply(words("No."));
  const sealed = { type: "reasoning", summary: [], encrypted_content: thought.encrypted_content };
  const foreign = { ...sealed, encrypted_content: "gAAAAA" };
  const spoken = { ...foreign, summary: [{ type: "summary_text", text: "Seen." }] };
  const input = [user("a"), sealed, { role: "assistant", content: "Yes." }, user("b")];
  const answer = await app.post("/v1/responses", { input: [...input, foreign, spoken] });
  assertEquals(answer.status, 200);
  const { notes } = { notes: answer.headers.get("x-chaski-notes") };
  assertEquals(notes, "reasoning_dropped(input[4].encrypted_content)");
  await answer.text();
  const said = JSON.stringify(app.fake.requests[1]?.body?.messages);
  assertStringIncludes(said, '"reasoning_content":"I think."');
  assertStringIncludes(said, '"reasoning_content":"Seen."');
});

Deno.test("compact gives a conversation as one item, which goes on in the next request", async () => {
  await using app = await testApp();
  app.fake.reply(words("The user wants a llama."));
  const body = { model: "tiny", input: [user("I want a llama.")], prompt_cache_key: "k" };
  const compacted = await (await app.post("/v1/responses/compact", body)).json();
  assertFits("CompactResource", compacted);
  assertEquals(compacted.output.map(({ type }: { type: string }) => type), ["compaction"]);
  app.fake.reply(words("Which?"));
  const input = [...compacted.output, user("A brown one.")];
  assertEquals((await (await app.post("/v1/responses", { input })).json()).status, "completed");
  assertStringIncludes(
    JSON.stringify(app.fake.requests[1]?.body?.messages),
    "The user wants a llama.",
  );
});

Deno.test("compact refuses a request without a model, and breaks off where it fails late", async () => {
  await using app = await testApp();
  const refused = await app.post("/v1/responses/compact", { input: [user("a")] });
  assertEquals([refused.status, (await errorOf(refused)).param], [400, "model"]);
  app.fake.reply(words(""));
  app.fake.reply(words(""));
  const failed = await app.post("/v1/responses/compact", { model: "tiny", input: "a" });
  let text = "";
  await assertRejects(async () => {
    for await (const bytes of failed.body ?? []) text += new TextDecoder().decode(bytes);
  });
  assertStringIncludes(text, "the model wrote no summary");
});
