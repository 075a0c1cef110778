/** Ctrl-C on a terminal: every process of Chaski's group gets the signal. */
import { assert, assertEquals } from "@std/assert";
import { endsWithin } from "../processes.ts";
import { loaded, managedChaski } from "./managed_chaski.ts";

/** Milliseconds; far more than it takes. */
const LIMIT = 60_000;

Deno.test("an answer under way ends in order behind Ctrl-C", async () => {
  await using stage = await managedChaski();
  await using chaski = await stage.start({ leads: true, env: { CHASKI_TIMEOUTS_GRACE: "60" } });
  const pid = await loaded(chaski);
  const body = { input: "[[tool]]", stream: true, max_output_tokens: 4000 };
  const answer = await fetch(`${chaski.url}/v1/responses`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  Deno.kill(-chaski.pid, "SIGINT");
  const events = await answer.text();
  assert(/event: response\.(completed|incomplete)\n/.test(events), events.slice(-500));
  assertEquals(await chaski.exited, 0);
  assert(await endsWithin(pid, LIMIT));
});
