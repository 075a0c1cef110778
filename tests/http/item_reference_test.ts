/** Requests that name items of earlier turns by their ids. */
import { assert, assertEquals } from "@std/assert";
import { stream, text as words } from "../fake_llama/answers.ts";
import { status } from "../fake_llama/script.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

interface Told {
  id: string;
  output: { id: string; type: string; call_id?: string }[];
}

const user = (content: string) => ({ role: "user", content });
const named = ({ id }: { id: string }) => ({ type: "item_reference", id });
const tools = [{ type: "function", name: "look" }];

async function ask(app: TestApp, body: unknown, answer = words("Yes.")): Promise<Told> {
  app.fake.reply(answer);
  const response = await app.post("/v1/responses", body);
  assertEquals(response.status, 200);
  return await response.json();
}

/** What a response goes out from: thoughts, a call and its output. */
async function looked(app: TestApp) {
  const input = [user("Look.")];
  const said = stream({ reasoning: "Hm.", calls: [{ name: "look", arguments: { at: "x" } }] });
  const first = await ask(app, { input, tools }, said);
  const call_id = first.output.at(-1)?.call_id;
  const seen = { type: "function_call_output", call_id, output: "seen" };
  return { input, first, seen };
}

function lastMessages(app: TestApp): unknown {
  return app.fake.requests.at(-1)?.body?.["messages"];
}

async function refusal(answer: Response): Promise<unknown[]> {
  const { code, param } = await errorOf(answer);
  return [answer.status, code, param];
}

Deno.test("outputs that are named by their ids make the prompt that they make whole", async () => {
  await using app = await testApp();
  const { input, first, seen } = await looked(app);
  assertEquals(first.output.map(({ type }) => type), ["reasoning", "function_call"]);
  await ask(app, { input: [...input, ...first.output, seen], tools });
  const whole = lastMessages(app);
  await ask(app, { input: [...input, ...first.output.map(named), seen], tools });
  assertEquals(lastMessages(app), whole);
  await ask(app, { input: [...input, ...first.output.map(({ id }) => ({ id })), seen], tools });
  assertEquals(lastMessages(app), whole);
});

Deno.test("an input is named by the ids under which it is listed", async () => {
  await using app = await testApp();
  const { id } = await ask(app, { input: [user("One."), user("Two.")] });
  const list = await app.request(`/v1/responses/${id}/input_items?order=asc`);
  const { data } = await list.json();
  await ask(app, { input: [named(data[1]), named(data[0])] });
  assertEquals(lastMessages(app), [user("Two.\n\nOne.")]);
});

Deno.test("a turn holds the items that it named, after their response is deleted", async () => {
  await using app = await testApp();
  const { input, first, seen } = await looked(app);
  const second = await ask(app, { input: [...input, ...first.output.map(named), seen], tools });
  await app.request(`/v1/responses/${first.id}`, { method: "DELETE" });
  const refused = await app.post("/v1/responses", { input: first.output.map(named) });
  assertEquals(await refusal(refused), [400, "item_not_found", "input[0].id"]);
  const goOn = { previous_response_id: second.id, tools };
  await ask(app, { ...goOn, input: [user("And?")] });
  const roles = (lastMessages(app) as { role: string }[]).map(({ role }) => role);
  assertEquals(roles, ["user", "assistant", "tool", "assistant", "user"]);
  // What is in the chain is found there.
  await ask(app, { ...goOn, input: [named(first.output[0] ?? { id: "" }), user("And?")] });
});

Deno.test("an output has its call in an item that is named", async () => {
  await using app = await testApp();
  const { first, seen } = await looked(app);
  const begun = await ask(app, { input: [user("Begin.")] });
  const goOn = { previous_response_id: begun.id, tools };
  await ask(app, { ...goOn, input: [...first.output.map(named), seen] });
  const orphan = await app.post("/v1/responses", { ...goOn, input: [seen] });
  assertEquals(await refusal(orphan), [400, null, "input[0].call_id"]);
});

Deno.test("items of another key are not there", async () => {
  await using app = await testApp({ config: { apiKey: "one" } });
  const init = { headers: { authorization: "Bearer one" } };
  app.fake.reply(words("Yes."));
  const own: Told = await (await app.post("/v1/responses", { input: "x" }, init)).json();
  const { responses } = app.services.store;
  responses.put({
    ...{ id: "resp_other", owner: "other", createdAt: 1, model: "m", status: "completed" },
    ...{ previousId: null, conversationId: null, background: false, input: [] },
    text: JSON.stringify({ output: [{ ...own.output[0], id: "msg_other" }] }),
  });
  const name = (id: string) => app.post("/v1/responses", { input: [named({ id })] }, init);
  app.fake.reply(words("Yes."));
  const known = await name(own.output[0]?.id ?? "");
  assertEquals([known.status, (await known.json()).status], [200, "completed"]);
  const [others, none] = await Promise.all(["msg_other", "msg_none"].map(name));
  assert(others && none);
  const error = await errorOf(others);
  assertEquals([others.status, error["code"]], [400, "item_not_found"]);
  assertEquals(await errorOf(none), error);
});

Deno.test("items of conversations are named from outside, and copied into others", async () => {
  await using app = await testApp();
  const made = await (await app.post("/v1/conversations", { items: [user("Zero.")] })).json();
  const list = await app.request(`/v1/conversations/${made.id}/items`);
  const { data: [zero] } = await list.json();
  await ask(app, { input: [named(zero)] });
  assertEquals(lastMessages(app), [user("Zero.")]);
  const copy = await (await app.post("/v1/conversations", { items: [named(zero)] })).json();
  const path = `/v1/conversations/${copy.id}/items`;
  const { data: copied } = await (await app.request(path)).json();
  assertEquals(copied, [zero]);
  const refused = await app.post(path, { items: [named({ id: "none" })] });
  assertEquals(await refusal(refused), [400, "item_not_found", "items[0].id"]);
});

Deno.test("background, input_tokens and compact know named items", async () => {
  await using app = await testApp();
  const told = await ask(app, { input: "x" });
  const input = [user("x"), ...told.output.map(named), user("And?")];
  const path = "POST /v1/chat/completions/input_tokens";
  app.fake.always(path, status(200, { input_tokens: 42 }));
  const counted = await app.post("/v1/responses/input_tokens", { input });
  assertEquals((await counted.json()).input_tokens, 42);
  const { messages } = app.fake.others.at(-1)?.body ?? {};
  assertEquals(messages, [user("x"), { role: "assistant", content: "Yes." }, user("And?")]);
  app.fake.reply(words("They said yes."));
  const compacted = await app.post("/v1/responses/compact", { model: "tiny", input });
  assertEquals((await compacted.json()).output.at(-1).type, "compaction");
  const { id } = await ask(app, { input, background: true });
  const list = await app.request(`/v1/responses/${id}/input_items?order=asc`);
  const { data: [, second] } = await list.json();
  assertEquals(second, told.output[0]);
});

Deno.test("a request that named items make too large is answered and not kept", async () => {
  await using app = await testApp();
  const told = await ask(app, { input: "x" }, words("Long. ".repeat(10_000)));
  app.fake.reply(words("Yes."));
  const input = Array(150).fill(told.output.map(named)).flat();
  const answer = await app.post("/v1/responses", { input });
  assertEquals(answer.headers.get("x-chaski-notes"), "not_stored(store)");
  assertEquals((await answer.json()).store, false);
});

Deno.test("items that named ones make too large for a conversation are refused", async () => {
  await using app = await testApp({ config: { limits: { bodyMb: 4, jsonDepth: 32, queue: 256 } } });
  const long = { items: [user("x".repeat(3 * 1024 * 1024))] };
  const made = await (await app.post("/v1/conversations", long)).json();
  const path = `/v1/conversations/${made.id}/items`;
  const { data: [item] } = await (await app.request(path)).json();
  const few = await app.post(path, { items: [named(item), named(item)] });
  assertEquals(few.status, 200);
  const many = { items: Array(3).fill(named(item)) };
  for (const to of [path, "/v1/conversations"]) {
    assertEquals(await refusal(await app.post(to, many)), [400, null, "items"]);
  }
  const { data } = await (await app.request(`${path}?limit=100`)).json();
  assertEquals(data.length, 3);
});
