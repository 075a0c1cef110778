/** Requests that are too large to keep. */
import { assertEquals } from "@std/assert";
import { text as words } from "../fake_llama/answers.ts";
import { errorOf, testApp } from "./test_app.ts";

const input = "x".repeat(9 * 1024 * 1024);
const config = { limits: { bodyMb: 16, jsonDepth: 32, queue: 256 } };

Deno.test("a request that is too large to keep is answered and says so, or refused where it must be", async () => {
  await using app = await testApp({ config });
  app.fake.reply(words("Hello."));
  const answer = await app.post("/v1/responses", { input });
  assertEquals(answer.headers.get("x-chaski-notes"), "not_stored(store)");
  const { id, store } = await answer.json();
  assertEquals([store, (await app.request(`/v1/responses/${id}`)).status], [false, 404]);
  const refused = await app.post("/v1/responses", { input, background: true });
  assertEquals([refused.status, (await errorOf(refused)).param], [400, "background"]);
  const { id: conversation } = await (await app.post("/v1/conversations", {})).json();
  const lost = await app.post("/v1/responses", { input, conversation });
  assertEquals([lost.status, (await errorOf(lost)).param], [400, "conversation"]);
});

Deno.test("nothing is said of a large request that nobody wants to be kept", async () => {
  const asks: [string, Record<string, unknown>, "on" | "never"][] = [
    ["/v1/responses", { input, store: false }, "on"],
    ["/v1/responses", { input }, "never"],
    ["/v1/messages", { max_tokens: 9, messages: [{ role: "user", content: input }] }, "on"],
  ];
  for (const [path, body, store] of asks) {
    await using app = await testApp({ config: { ...config, store } });
    const answer = await app.post(path, { model: "tiny", ...body });
    await answer.body?.cancel();
    assertEquals([answer.status, answer.headers.get("x-chaski-notes")], [200, null], path);
  }
});

Deno.test("a large request in a conversation that is not to be kept is answered", async () => {
  await using app = await testApp({ config });
  const { id: conversation } = await (await app.post("/v1/conversations", {})).json();
  const answer = await app.post("/v1/responses", { input, conversation, store: false });
  assertEquals([answer.status, (await answer.json()).status], [200, "completed"]);
});
