import { assert, assertEquals } from "@std/assert";
import type { FakeStage } from "../../codex/stage.ts";
import { delta, opening } from "../../fake_llama/answers.ts";
import { live, type Script, silence } from "../../fake_llama/script.ts";
import type { FakeScenario } from "./scenario.ts";

/** The user presses Ctrl-C: llama-server must not go on for nobody. */
export const cancellation: readonly FakeScenario[] = [
  {
    upstream: "fake",
    alone: true,
    name: "SIGINT while the model writes",
    run: (stage) => interrupted(stage, [opening(), delta({ content: "Hello" }), live()]),
  },
  {
    upstream: "fake",
    alone: true,
    name: "SIGINT while the prompt is read",
    run: (stage) => interrupted(stage, [opening(), silence()]),
  },
  {
    upstream: "fake",
    alone: true,
    name: "SIGINT while the request is queued",
    run: (stage) => interrupted(stage, silence(), QUEUED_LIMIT),
  },
];

/** Milliseconds. */
const LIMIT = 1000;
/** Deno 2.9.6 notices only once the 200 is out, which a silent upstream delays by 2 s. */
const QUEUED_LIMIT = 2000 + LIMIT;

async function interrupted(
  { codex, chaski, fake }: FakeStage,
  answer: Script,
  limit = LIMIT,
): Promise<void> {
  fake.reply(answer);
  await using process = codex.start("Hello.");
  const request = await fake.nextRequest(20_000);
  await process.seen(({ type }) => type === "turn.started");
  const killedAt = performance.now();
  process.kill("SIGINT");
  const { code } = await process.ended;
  const hungUpAfter = await request.hungUp() - killedAt;
  assert(hungUpAfter < limit, `the upstream was left only after ${Math.round(hungUpAfter)} ms`);
  assert(code !== 0);
  const { level } = await chaski.logged(({ outcome }) => outcome === "cancelled");
  assertEquals(level, "INFO");
}
