import { assert, assertEquals } from "@std/assert";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { isSince } from "../../clients/version.ts";
import { delta, ending, opening } from "../../fake_llama/answers.ts";
import { delay, type Script } from "../../fake_llama/script.ts";
import type { FakeScenario } from "./scenario.ts";

/**
 * Minutes of silence, made short: Claude Code waits 8 s for the beginning of an answer, and
 * llama-server is silent for 18 s.
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

async function heldOpen({ claude, fake }: FakeStage, answer: Script): Promise<void> {
  fake.reply(answer);
  const start = performance.now();
  const run = await claude.with({ API_TIMEOUT_MS: "8000" })
    .run("--include-partial-messages", "Hello.");
  assertEquals(said(run), TEXT);
  assert(performance.now() - start > SILENCE_MS);
  const pings = run.events.filter(({ event }) => event?.type === "ping").length;
  // Claude Code 2.1.197 does not show them.
  assert(pings > 0 || !isSince(claude.version, "2.1.330"), "nothing was sent meanwhile");
  // Not one retry.
  assertEquals(fake.requests.length, 1);
}
