import { assertEquals } from "@std/assert";
import { startChaski } from "../chaski_process.ts";
import { delta, ending, opening } from "../fake_llama/answers.ts";
import { live } from "../fake_llama/script.ts";
import { FakeLlama } from "../fake_llama.ts";
import { sseEvents } from "../sse_reader.ts";

/** More than one packet, as every agent's request is. */
const LONG = "x".repeat(40_000);

Deno.test("a queued request that is given up never reaches llama-server, and the next one does", async () => {
  await using fake = await FakeLlama.start({ slots: 1 });
  await using chaski = await startChaski({ upstream: fake.url });
  const post = (input: string, signal?: AbortSignal) =>
    fetch(`${chaski.url}/v1/responses`, {
      method: "POST",
      body: JSON.stringify({ input, stream: true }),
      ...(signal && { signal }),
    });
  fake.reply(live());
  const first = post(`first ${LONG}`);
  const running = await fake.nextRequest();

  const leaver = new AbortController();
  const queued = post(`queued ${LONG}`, leaver.signal);
  // The 200 comes after two seconds of silence; the client leaves after that.
  const events = sseEvents(await queued);
  await events.next();
  leaver.abort();
  await events.next().catch(() => {});
  await chaski.logged(({ outcome }) => outcome === "cancelled");

  const last = post(`last ${LONG}`);
  running.send(opening(), delta({ content: "Hello" }), ending());
  running.end();
  await (await first).text();
  await (await last).text();
  const asked = fake.requests.map(({ bodyText }) => /first|queued|last/.exec(bodyText)?.[0]);
  assertEquals(asked, ["first", "last"]);
});
