/** Conversations: made, read, talked in, deleted. */
import { assertEquals } from "@std/assert";
import { text as words } from "../fake_llama/answers.ts";
import { errorOf, type TestApp, testApp } from "./test_app.ts";

const user = (content: string) => ({ role: "user", content });

async function made(app: TestApp, body: unknown = {}) {
  const answer = await app.post("/v1/conversations", body);
  assertEquals(answer.status, 200);
  return await answer.json();
}

const get = async (app: TestApp, path: string) => await (await app.request(path)).json();

async function textsIn(app: TestApp, id: string): Promise<string[]> {
  const { data } = await get(app, `/v1/conversations/${id}/items?order=asc`);
  return data.map(({ content }: { content: { text: string }[] }) => content[0]?.text);
}

Deno.test("a conversation is made, read, changed and deleted", async () => {
  await using app = await testApp();
  const conversation = await made(app, { metadata: { a: "b" } });
  const { id } = conversation;
  assertEquals([conversation.object, conversation.metadata], ["conversation", { a: "b" }]);
  assertEquals(await get(app, `/v1/conversations/${id}`), conversation);
  const metadata = { c: "d" };
  const changed = await (await app.post(`/v1/conversations/${id}`, { metadata })).json();
  assertEquals(changed, { ...conversation, metadata });
  const deleted = await app.request(`/v1/conversations/${id}`, { method: "DELETE" });
  assertEquals(await deleted.json(), { id, object: "conversation.deleted", deleted: true });
  const gone = await app.request(`/v1/conversations/${id}`);
  assertEquals([gone.status, (await errorOf(gone)).code], [404, "conversation_not_found"]);
  // Without a body too.
  const bare = await app.request("/v1/conversations", { method: "POST" });
  assertEquals((await bare.json()).metadata, {});
});

Deno.test("what is said in a conversation is in it, and is said again in the next prompt", async () => {
  await using app = await testApp();
  const { id } = await made(app, { items: [user("Zero.")] });
  for (const conversation of [id, { id }]) {
    app.fake.reply(words("Yes."));
    const answer = await app.post("/v1/responses", { input: "And?", conversation });
    assertEquals((await answer.json()).conversation, { id });
  }
  assertEquals(await textsIn(app, id), ["Zero.", "And?", "Yes.", "And?", "Yes."]);
  const messages = app.fake.requests.at(-1)?.body?.messages as { content: string }[];
  assertEquals(messages.map(({ content }) => content), ["Zero.\n\nAnd?", "Yes.", "And?"]);
});

Deno.test("items of a conversation are added, read one by one and taken away", async () => {
  await using app = await testApp();
  const { id } = await made(app);
  const path = `/v1/conversations/${id}/items`;
  const added = await (await app.post(path, { items: [user("1"), user("2")] })).json();
  assertEquals(added.data.length, 2);
  const [one] = added.data;
  assertEquals(await get(app, `${path}/${one.id}`), one);
  const taken = await app.request(`${path}/${one.id}`, { method: "DELETE" });
  assertEquals((await taken.json()).id, id);
  assertEquals(await textsIn(app, id), ["2"]);
  const gone = await app.request(`${path}/${one.id}`);
  assertEquals([gone.status, (await errorOf(gone)).code], [404, "item_not_found"]);
});

Deno.test("wrong conversations are refused with the field at fault", async () => {
  await using app = await testApp();
  const many = Array.from({ length: 21 }, () => user("x"));
  const cases: [string, unknown, string][] = [
    ["/v1/conversations", { items: many }, "items"],
    ["/v1/conversations", { metadata: { a: 1 } }, "metadata.a"],
    ["/v1/conversations", { items: [{ type: "function_call" }] }, "items.0.name"],
    ["/v1/responses", { input: "x", conversation: "a", previous_response_id: "b" }, "conversation"],
  ];
  for (const [path, body, param] of cases) {
    const answer = await app.post(path, body);
    assertEquals([answer.status, (await errorOf(answer)).param], [400, param]);
  }
  const unknown = await app.post("/v1/responses", { input: "x", conversation: "conv_none" });
  assertEquals([unknown.status, (await errorOf(unknown)).code], [404, "conversation_not_found"]);
});
