import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { delta, ending, opening, stream, text } from "./fake_llama/answers.ts";
import { ask, askUndici, HELLO, undici } from "./fake_llama/clients.ts";
import {
  cut,
  endWithoutDone,
  eventText,
  live,
  type Script,
  sse,
  status,
  wire,
} from "./fake_llama/script.ts";
import { FakeLlama } from "./fake_llama.ts";
import { collect, sseEvents } from "./sse_reader.ts";

Deno.test("`FakeLlama` answers without a script and records the request", async () => {
  await using fake = await FakeLlama.start();
  const answer = await ask(fake, { ...HELLO, text: "ünï" });
  const { events, rest } = await collect(answer);
  assertEquals(events.at(-1)?.data, "[DONE]");
  assertEquals(rest, "");
  const request = await fake.nextRequest();
  await request.answered();
  assertEquals(fake.requests, [request]);
  assertEquals([request.method, request.path], ["POST", "/v1/chat/completions"]);
  assertEquals(request.body, { ...HELLO, text: "ünï" });
  assertEquals(request.bodyText, JSON.stringify({ ...HELLO, text: "ünï" }));
  assertEquals(request.headers["content-type"], "text/plain;charset=UTF-8");
  assertEquals([request.finished, request.closedAt], [true, undefined]);
  assertEquals(await request.outcome, "finished");
});

Deno.test("`FakeLlama.reply()` queues answers for undici too", async () => {
  await using fake = await FakeLlama.start();
  await using client = undici(fake);
  fake.reply(text("one"));
  fake.reply(status(500, { error: "two" }));
  assertStringIncludes(await askUndici(client), '"content":"one"');
  assertEquals(await askUndici(client), '{"error":"two"}');
  assertEquals(fake.requests.map((r) => r.body), [HELLO, HELLO]);
});

Deno.test("`FakeLlama` reads a request body that comes in chunks", async () => {
  await using fake = await FakeLlama.start();
  const parts = new Blob([JSON.stringify(HELLO)]).stream();
  const init = { method: "POST", body: parts };
  await collect(await fetch(`${fake.url}/v1/chat/completions`, init));
  assertEquals(fake.requests[0]?.headers["transfer-encoding"], "chunked");
  assertEquals(fake.requests[0]?.body, HELLO);
});

Deno.test("`cut()` in mid-chunk is an error for fetch and undici", async () => {
  await using fake = await FakeLlama.start();
  await using client = undici(fake);
  const dying: Script = [stream({ text: "Hello", finish: null }), cut("data: {")];
  fake.reply(dying);
  fake.reply(dying);
  const answer = await ask(fake);
  assertEquals(answer.status, 200);
  await assertRejects(() => collect(answer), TypeError, "error reading a body");
  await assertRejects(() => askUndici(client), Error, "other side closed");
  assertEquals(await Promise.all(fake.requests.map((r) => r.outcome)), ["cut", "cut"]);
});

Deno.test("`cut()` before the head is an answer that never began", async () => {
  await using fake = await FakeLlama.start();
  await using client = undici(fake);
  fake.reply(cut());
  await assertRejects(() => askUndici(client), Error, "other side closed");
});

Deno.test("`wire()` breaks the framing of chunks", async () => {
  await using fake = await FakeLlama.start();
  await using client = undici(fake);
  fake.reply(sse.head(), wire("nonsense\r\n"));
  await assertRejects(() => askUndici(client), Error, "Invalid character in chunk size");
});

Deno.test("`endWithoutDone()` ends the body properly", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(opening(), sse.chunk({ error: { code: 500, message: "gone" } }), endWithoutDone());
  const { events, rest } = await collect(await ask(fake));
  assertEquals(events.at(-1)?.data, { error: { code: 500, message: "gone" } });
  assertEquals(rest, "");
});

Deno.test("`sse.drip()` and `sse.raw()` deliver any bytes", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(sse.head(), sse.drip(eventText([1, "🦙"])), sse.raw(new Uint8Array([0xff])));
  const bytes = await (await ask(fake)).bytes();
  assertEquals(new TextDecoder().decode(bytes.slice(0, -1)), 'data: [1,"🦙"]\n\n');
  assertEquals(bytes.at(-1), 0xff);
});

Deno.test("`send()` and `end()` drive a live answer", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(opening(), live());
  const answer = await ask(fake);
  const events = sseEvents(answer);
  const request = await fake.nextRequest();
  assertStringIncludes((await events.next()).value?.raw ?? "", '"role":"assistant"');
  const sentAt = performance.now();
  assertEquals(await request.send(sse.ping(), delta({ content: "now" })), true);
  const event = (await events.next()).value;
  assertStringIncludes(event?.raw ?? "", '"content":"now"');
  assertEquals(event?.comments, [""]);
  assert((event?.receivedAt ?? 0) > sentAt);
  assertEquals(request.finished, false);
  assertEquals(await request.send(ending("stop")), true);
  await request.answered();
  assertEquals(await request.end(), true);
  assertEquals((await Array.fromAsync(events)).at(-1)?.data, "[DONE]");
});

Deno.test("`end()` leaves the live part and the script goes on", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(live(), sse.chunk("last"));
  const answer = ask(fake);
  const request = await fake.nextRequest();
  await request.send(sse.chunk("first"));
  await request.end();
  assertEquals((await collect(await answer)).events.map((e) => e.data), ["first", "last"]);
  await request.answered();
});

Deno.test("`send()` resolves false when the client left, and rejects after the end", async () => {
  await using fake = await FakeLlama.start();
  fake.reply(sse.head(), live());
  const answer = await ask(fake);
  const request = await fake.nextRequest();
  await answer.body?.cancel();
  await request.hungUp(1000);
  assertEquals(await request.send(sse.ping()), false);
  await collect(await ask(fake));
  const finished = await fake.nextRequest();
  await finished.answered();
  await assertRejects(() => finished.send(sse.ping()), Error, "Cannot send steps");
});

Deno.test("`nextRequest()` and `answered()` reject instead of waiting for ever", async () => {
  await using fake = await FakeLlama.start();
  await assertRejects(() => fake.nextRequest(1), Error, "Cannot see a request");
  fake.reply(sse.head(), live());
  const answer = await ask(fake);
  const request = await fake.nextRequest();
  await assertRejects(() => request.hungUp(1), Error, "nothing within 1 ms");
  await answer.body?.cancel();
  await assertRejects(() => request.answered(), Error, "the answer ended as hung up");
});

Deno.test("`FakeLlama` fails at its end for a script that cannot be sent", async () => {
  const fake = await FakeLlama.start();
  fake.reply(status(200, {}), sse.head());
  await (await ask(fake)).body?.cancel();
  await (await fake.nextRequest()).outcome;
  await assertRejects(async () => await fake[Symbol.asyncDispose](), Error, "Cannot send a head");
});

const noHttp = {
  "HELO": "HELO\r\n",
  "no header": "GET / HTTP/1.1\r\nnonsense\r\n",
  "no content-length": "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
  "no chunk size": "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
};
for (const [complaint, sent] of Object.entries(noHttp)) {
  Deno.test(`\`FakeLlama\` fails at its end for a client that sends ${complaint}`, async () => {
    const fake = await FakeLlama.start();
    using conn = await Deno.connect({ port: Number(new URL(fake.url).port) });
    await conn.write(new TextEncoder().encode(sent));
    assertEquals(await conn.read(new Uint8Array(1)), null);
    await assertRejects(async () => await fake[Symbol.asyncDispose](), SyntaxError, complaint);
  });
}

Deno.test("`FakeLlama` does not record a request that was never sent whole", async () => {
  await using fake = await FakeLlama.start();
  for (
    const sent of [
      "POST / HT",
      "GET / HTTP/1.1\r\nA: b\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 9\r\n\r\n12",
    ]
  ) {
    const conn = await Deno.connect({ port: Number(new URL(fake.url).port) });
    await conn.write(new TextEncoder().encode(sent));
    conn.close();
  }
  await collect(await ask(fake));
  assertEquals([fake.requests.length, fake.others.length], [1, 0]);
});
