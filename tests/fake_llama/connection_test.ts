import { assertEquals, assertRejects } from "@std/assert";
import { FakeLlama } from "../fake_llama.ts";
import { collect } from "../sse_reader.ts";
import { ask, askUndici, undici } from "./clients.ts";
import { silence, sse } from "./script.ts";

Deno.test("`FakeLlama` closes after a stream by default, as llama-server does", async () => {
  await using fake = await FakeLlama.start();
  await using client = undici(fake);
  const closed = new Promise<void>((resolve) => client.once("disconnect", () => resolve()));
  await askUndici(client);
  await closed;
  await askUndici(client);
  assertEquals(fake.requests.map((r) => r.connection), [1, 2]);
});

Deno.test("`closesStreams: false` keeps the connection for undici's next request", async () => {
  await using fake = await FakeLlama.start({ closesStreams: false });
  await using client = undici(fake);
  for (let i = 0; i < 3; i++) await askUndici(client);
  await (await client.request({ method: "GET", path: "/props" })).body.dump();
  assertEquals([...fake.requests, ...fake.others].map((r) => r.connection), [1, 1, 1, 1]);
});

Deno.test("`down()` cuts and refuses, `up()` serves again on the same port", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(sse.head(), silence());
  const answer = await ask(fake);
  await fake.down();
  await assertRejects(() => answer.text(), TypeError, "error reading a body");
  assertEquals(await fake.requests[0]?.outcome, "cut");
  const port = Number(new URL(fake.url).port);
  await assertRejects(() => Deno.connect({ port }), Deno.errors.ConnectionRefused);
  fake.up();
  await collect(await ask(fake));
  assertEquals(fake.requests.length, 2);
});
