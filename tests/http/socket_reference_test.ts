import { assertEquals } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { text } from "../fake_llama/answers.ts";
import { FakeLlama } from "../fake_llama.ts";
import { codeOf, openClient, responseOf } from "./socket_client.ts";

Deno.test("a socket finds the items of its last response, which is kept nowhere else", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  using client = await openClient(chaski.url);
  const hello = { type: "message", id: "msg_own", role: "user", content: "Hello." };
  fake.reply(text("Green."));
  const first = responseOf(await client.turn({ input: [hello], store: false }));
  const ids = ["msg_own", first.output[0]?.id];
  const why = { type: "message", id: "msg_why", role: "user", content: "Why?" };
  const input = [...ids.map((id) => ({ type: "item_reference", id })), why];
  const stranger = await openClient(chaski.url);
  assertEquals(codeOf(await stranger.turn({ input, store: false })), "item_not_found");
  stranger[Symbol.dispose]();

  // What is stored holds the items themselves, so that they outlive the connection.
  fake.reply(text("Yes."));
  const second = responseOf(await client.turn({ input }));
  assertEquals(fake.requests.at(-1)?.body["messages"], [
    { role: "user", content: "Hello." },
    { role: "assistant", content: "Green." },
    { role: "user", content: "Why?" },
  ]);
  const list = await fetch(`${chaski.url}/v1/responses/${second.id}/input_items?order=asc`);
  const { data } = await list.json();
  assertEquals(data.map(({ id }: { id: string }) => id), [...ids, "msg_why"]);
  // The next response takes the place of the last one.
  responseOf(await client.turn({ input: "Bye.", store: false }));
  assertEquals(codeOf(await client.turn({ input })), "item_not_found");
});
