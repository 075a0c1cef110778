import { assertEquals, assertStringIncludes } from "@std/assert";
import { completedItems } from "../../codex/codex_events.ts";
import { textTurn } from "../../codex/command_turn.ts";
import type { FakeStage } from "../../codex/stage.ts";
import { text } from "../../fake_llama/answers.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** Other ways to start Codex than `codex exec PROMPT` with a provider in the configuration. */
export const entrances: readonly FakeScenario[] = [
  { upstream: "fake", name: "--oss, as if Chaski were LM Studio", run: lmStudio },
  { upstream: "fake", name: "exec review", run: review },
  { upstream: "fake", name: "a turn with a key", options: { key: "right" }, run: textTurn },
];

async function lmStudio({ codex, chaski, fake }: FakeStage): Promise<void> {
  const run = await codex.exec("--oss", "--local-provider", "lmstudio", "-m", "tiny", "Hello.");
  assertEquals(said(run), ["Hello from the fake."]);
  // LM Studio is made to load the model by a request without input, which a model need not see.
  await chaski.logged(({ path, stream }) => path === "/v1/responses" && stream === false);
  assertEquals(fake.requests.length, 1);
  assertStringIncludes(fake.requests[0]?.bodyText ?? "", "Hello.");
}

async function review({ codex, fake }: FakeStage): Promise<void> {
  const finding = { findings: [], overall_correctness: "patch is correct" };
  const verdict = { ...finding, overall_explanation: "All is well.", overall_confidence_score: 1 };
  fake.reply(text(JSON.stringify(verdict)));
  await codex.workspace.write("repository/greeting.txt", "Hello.\n");
  const run = await codex.exec("review", "--uncommitted");
  assertEquals(run.code, 0, run.stderr);
  assertStringIncludes(
    completedItems(run.events, "agent_message").at(-1)?.text ?? "",
    "All is well.",
  );
  assertEquals(fake.requests.length, 1);
}
