/** A client that does not read: what it costs, and that llama-server has to wait for it. */
import { assert, assertEquals } from "@std/assert";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { delta, opening, stream } from "../fake_llama/answers.ts";
import type { RecordedRequest } from "../fake_llama/request.ts";
import { live, type Script } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { ALL_ROUTES } from "./test_app.ts";

const MB = 1024 * 1024;
/** Bytes that a stalled client may cost. */
const COST = 48 * MB;
/** Bytes that are offered; without backpressure all of them would be taken. */
const OFFERED = 160 * MB;
/** Milliseconds without progress after which a write counts as stalled. */
const STALLED = 1000;

/** Resident memory of a process, from Linux. */
async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** A client that asks for a stream and never reads. */
async function askAndSleep({ url }: Chaski, path: string, body: unknown): Promise<Deno.Conn> {
  const { hostname, port, host } = new URL(url);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const text = JSON.stringify(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${text.length}\r\n\r\n`;
  await conn.write(new TextEncoder().encode(head + text));
  return conn;
}

/** Sends text until nobody takes it any more; gives the bytes that were taken. */
async function flood(request: RecordedRequest): Promise<number> {
  const piece = delta({ content: "words and words. ".repeat(250) });
  const pieces: Script[] = Array(16).fill(piece);
  for (let taken = 0; taken < OFFERED; taken += 16 * 4250) {
    const sending = request.send(...pieces);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), STALLED);
    });
    const first = await Promise.race([sending, late]);
    clearTimeout(timer);
    if (first === "late") return taken;
    assertEquals(first, true);
  }
  return OFFERED;
}

Deno.test("a client that does not read costs little, and llama-server has to wait", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  for (const { path, body } of ALL_ROUTES) {
    // What the first request of a kind needs is no cost of the reader's.
    fake.reply(stream({ text: "warm" }));
    await (await fetch(chaski.url + path, {
      method: "POST",
      body: JSON.stringify({ ...body, stream: true }),
    })).text();
    await fake.nextRequest();
    const before = await residentBytes(chaski.pid);
    fake.reply(opening(), live());
    using client = await askAndSleep(chaski, path, { ...body, stream: true });
    const request = await fake.nextRequest();
    const taken = await flood(request);
    assert(taken < OFFERED / 2, `${path} took ${taken / MB} MB`);
    const grown = await residentBytes(chaski.pid) - before;
    assert(grown < COST, `${path} grew by ${grown / MB} MB`);
    const leftAt = performance.now();
    client.close();
    assert(await request.hungUp() - leftAt < 500);
  }
});

Deno.test("a client that reads slowly gets everything, in order", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  const words = Array.from({ length: 3000 }, (_, i) => ` word-${i}-${"x".repeat(200)}`);
  fake.reply(stream({ text: words }));
  const response = await fetch(`${chaski.url}/v1/responses`, {
    method: "POST",
    body: JSON.stringify({ input: "Hello", stream: true }),
  });
  let text = "";
  const decoder = new TextDecoder();
  let reads = 0;
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    if (reads++ < 30) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const deltas = [...text.matchAll(/^data: (\{"type":"response\.output_text\.delta".*\})$/gm)]
    .map(([, json]) => JSON.parse(json ?? "").delta);
  assertEquals(deltas.join(""), words.join(""));
});
