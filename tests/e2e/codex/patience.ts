import { assert, assertEquals } from "@std/assert";
import { providerKey } from "../../codex/codex_config.ts";
import { errorMessages } from "../../codex/codex_events.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { delta, ending, opening } from "../../fake_llama/answers.ts";
import { delay, type Script } from "../../fake_llama/script.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/**
 * Minutes of silence, made short: Codex gives up after 12 s without an event, llama-server is silent
 * for 18 s, and Chaski's first keep-alive comes within 5 s, the next 10 s later.
 */
export const patience: readonly FakeScenario[] = [
  {
    upstream: "fake",
    name: "a long prompt is waited for",
    run: (stage) =>
      heldOpen(stage, [opening(), delay(SILENCE_MS), delta({ content: TEXT }), ending()]),
  },
  {
    upstream: "fake",
    name: "a long queue is waited for",
    run: (stage) =>
      heldOpen(stage, [delay(SILENCE_MS), opening(), delta({ content: TEXT }), ending()]),
  },
];

const SILENCE_MS = 18_000;
const TEXT = "At last.";

async function heldOpen({ codex, fake }: FakeStage, answer: Script): Promise<void> {
  fake.reply(answer);
  const start = performance.now();
  const run = await codex.exec(...providerKey("stream_idle_timeout_ms", 12_000), "Hello.");
  assertEquals(said(run), [TEXT]);
  assert(performance.now() - start > SILENCE_MS);
  // Not one retry.
  assertEquals(errorMessages(run.events), []);
  assertEquals(fake.requests.length, 1);
}
