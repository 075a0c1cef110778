/** However Chaski ends, its llama-servers end with it, or with its next start. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Chaski } from "../chaski_process.ts";
import { endsWithin, isRunning } from "../processes.ts";
import { ask, loaded, managedChaski } from "./managed_chaski.ts";

const WITHOUT_SETPRIV = new URL("preload/without_setpriv.ts", import.meta.url).pathname;
const CRASHING = new URL("preload/crashing.ts", import.meta.url).pathname;

/** Milliseconds; far more than it takes. */
const LIMIT = 30_000;

/** Half of a stop: it waits for an answer that does not end. */
async function stopTwice(chaski: Chaski): Promise<void> {
  const body = JSON.stringify({ input: "[[tool]]", stream: true, max_output_tokens: 1_000_000 });
  const answer = await fetch(`${chaski.url}/v1/responses`, { method: "POST", body });
  chaski.kill("SIGINT");
  await chaski.logged(({ message }) => message.startsWith("SIGINT"), LIMIT);
  chaski.kill("SIGINT");
  await assertRejects(() => answer.text());
}

const ENDS: [name: string, end: (chaski: Chaski) => unknown, code: number, preload?: string][] = [
  ["SIGTERM", (chaski) => chaski.kill("SIGTERM"), 0],
  ["SIGINT", (chaski) => chaski.kill("SIGINT"), 0],
  ["a second SIGINT", stopTwice, 130],
  ["SIGKILL", (chaski) => chaski.kill("SIGKILL"), 137],
  ["SIGTERM, without setpriv", (chaski) => chaski.kill("SIGTERM"), 0, WITHOUT_SETPRIV],
  ["a second SIGINT, without setpriv", stopTwice, 130, WITHOUT_SETPRIV],
  ["a crash, without setpriv", (chaski) => chaski.kill("SIGUSR2"), 1, CRASHING],
];

for (const [name, end, code, preload] of ENDS) {
  Deno.test(`no llama-server stays behind ${name}`, async () => {
    await using stage = await managedChaski();
    const env = { CHASKI_TIMEOUTS_GRACE: "120" };
    await using chaski = await stage.start({ env, ...(preload && { preload }) });
    const pid = await loaded(chaski);
    assert(await isRunning(pid));
    await end(chaski);
    assertEquals(await chaski.exited, code);
    assert(await endsWithin(pid, LIMIT));
  });
}

Deno.test("no llama-server stays behind that was loading", async () => {
  await using stage = await managedChaski();
  await using chaski = await stage.start({ preload: WITHOUT_SETPRIV });
  const answer = ask(chaski).catch(() => null);
  const { pid } = await chaski.logged(({ message }) => / loads tiny/.test(message), LIMIT);
  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
  assert(await endsWithin(Number(pid), LIMIT));
  await (await answer)?.text();
});

Deno.test("what a killed Chaski left running without setpriv is ended by the next start", async () => {
  await using stage = await managedChaski();
  let pid = 0;
  {
    await using chaski = await stage.start({ preload: WITHOUT_SETPRIV });
    pid = await loaded(chaski);
    chaski.kill("SIGKILL");
    assertEquals(await chaski.exited, 137);
  }
  assert(await isRunning(pid));
  {
    await using next = await stage.start();
    assert(!await isRunning(pid));
    const told = next.log().find((line) => line["pid"] === pid);
    assertEquals([told?.message, told?.["model"]], [
      ...[`ended the llama-server ${pid} that was left running`, stage.id],
    ]);
    next.kill("SIGTERM");
    await next.exited;
  }
  await using last = await stage.start();
  assertEquals(last.log().filter((line) => "pid" in line), []);
});

Deno.test("a second Chaski on the data directory leaves the first one's llama-server alone", async () => {
  await using stage = await managedChaski();
  await using chaski = await stage.start({ preload: WITHOUT_SETPRIV });
  const pid = await loaded(chaski);
  await assertRejects(() => stage.start(), Error, "another Chaski is using it");
  assert(await isRunning(pid));
  assertEquals(await loaded(chaski), pid);
  chaski.kill("SIGTERM");
  await chaski.exited;
});
