import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeLlama } from "../fake_llama.ts";
import { sseEvents } from "../sse_reader.ts";
import { stream } from "./answers.ts";
import { ask, askUndici, HELLO, undici } from "./clients.ts";
import { delay, live, type Script, silence, sse } from "./script.ts";

const silences: Record<string, Script> = {
  "before the head": silence(),
  "after the head": [sse.head(), silence()],
  "in mid-stream": [stream({ text: "Hello", finish: null }), silence()],
  "in a delay": [sse.head(), delay(60_000)],
  "while the test drives": [sse.head(), live()],
};
for (const [when, script] of Object.entries(silences)) {
  Deno.test(`\`hungUp()\` notices fetch hanging up ${when}`, async () => {
    await using fake = await FakeLlama.start();
    fake.reply(script);
    await hangUp(fake, (signal) => ask(fake, HELLO, signal).then((answer) => answer.text()));
  });

  Deno.test(`\`hungUp()\` notices undici hanging up ${when}`, async () => {
    await using fake = await FakeLlama.start();
    await using client = undici(fake);
    fake.reply(script);
    await hangUp(fake, (signal) => askUndici(client, signal));
  });
}

/** Asks, hangs up as soon as the request arrived, and checks that the fake noticed in a second. */
async function hangUp(
  fake: FakeLlama,
  asks: (signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const leave = new AbortController();
  const asking = asks(leave.signal);
  const request = await fake.nextRequest();
  const leftAt = performance.now();
  leave.abort();
  await assertRejects(() => asking, DOMException, "aborted");
  const closedAt = await request.hungUp(1000);
  assert(closedAt >= leftAt);
  assertEquals([request.closedAt, request.finished], [closedAt, false]);
}

Deno.test("`hungUp()` notices a reader that leaves the loop", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(stream({ text: "Hello", finish: null }), silence());
  for await (const event of sseEvents(await ask(fake))) {
    if (event.raw.includes("Hello")) break;
  }
  await (await fake.nextRequest()).hungUp(1000);
});
