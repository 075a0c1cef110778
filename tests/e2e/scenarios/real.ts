import { assert, assertEquals } from "@std/assert";
import { completedItems, errorMessages } from "../../codex/codex_events.ts";
import type { CodexRun } from "../../codex/codex_process.ts";
import { commandTurn } from "../../codex/command_turn.ts";
import type { RealStage } from "../../codex/stage.ts";
import type { RealScenario } from "../scenario.ts";

/** Turns over the real llama-server; what the tiny model says is nonsense, so shapes are asserted. */
export const real: readonly RealScenario[] = [
  { upstream: "real", name: "a command over a real model", run: commandTurn },
  { upstream: "real", name: "thinking over a real model", run: thinking },
  { upstream: "real", name: "--output-schema over a real model", run: schema },
  { upstream: "real", name: "resume --last over a real model", run: resume },
];

async function thinking({ codex }: RealStage): Promise<void> {
  const run = await codex.exec("[[think]] Hello.");
  assertSpoke(run);
  assert(completedItems(run.events, "reasoning")[0]?.text, JSON.stringify(run.events));
}

async function schema({ codex }: RealStage): Promise<void> {
  const path = await codex.workspace.write(
    "schema.json",
    JSON.stringify({
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    }),
  );
  const run = await codex.exec("--output-schema", path, "[[plain]] Which city?");
  const { city, ...others } = JSON.parse(assertSpoke(run));
  assertEquals([typeof city, others], ["string", {}]);
}

async function resume({ codex, recorder }: RealStage): Promise<void> {
  const first = assertSpoke(await codex.exec("[[plain]] The first question."));
  assertSpoke(await codex.exec("resume", "--last", "[[plain]] The second question."));
  const said = recorder.requests[1]?.body["messages"];
  assert(Array.isArray(said));
  assertEquals(said.filter(({ role }) => role === "assistant").map(({ content }) => content), [
    first,
  ]);
}

/** The turn's one message, of a turn without complaints. */
function assertSpoke(run: CodexRun): string {
  assertEquals(run.code, 0, run.stderr);
  assertEquals(errorMessages(run.events), []);
  const [message, ...others] = completedItems(run.events, "agent_message");
  assert(message?.text, JSON.stringify(run.events));
  assertEquals(others, []);
  return message.text;
}
