import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completedItems, errorMessages } from "../../codex/codex_events.ts";
import type { CodexRun } from "../../codex/codex_process.ts";
import { providerKey } from "../../codex/codex_config.ts";
import { commandTurn } from "../../codex/command_turn.ts";
import { startRelay } from "../../clients/recorder.ts";
import type { RealStage } from "../../codex/stage.ts";
import { CONTRASTING_TEMPLATES } from "../../clients/tiny_llama.ts";
import { chatMessages, toolOutputs } from "../../clients/offered.ts";
import { said } from "./said.ts";
import type { RealScenario } from "./scenario.ts";

/** Turns over the real llama-server; what the tiny model says is nonsense, so shapes are asserted. */
export const real: readonly RealScenario[] = [
  { upstream: "real", name: "a command over a real model", run: commandTurn },
  {
    upstream: "real",
    name: "apply_patch over a real model",
    options: { tool: "apply_patch" },
    run: patch,
  },
  {
    upstream: "real",
    name: "thinking over a real model",
    // The other templates belong to models that do not think.
    templates: CONTRASTING_TEMPLATES,
    run: thinking,
  },
  { upstream: "real", name: "--output-schema over a real model", run: schema },
  { upstream: "real", name: "resume --last over a real model", run: resume },
];

/** The tiny model writes no patch, so that its call is answered by a complaint. */
async function patch({ codex, chaski, recorder }: RealStage): Promise<void> {
  await using asked = startRelay(chaski.url, "/responses");
  const through = providerKey("base_url", `${asked.url}/v1`);
  const run = await codex.exec(...through, "[[tool]] Edit a file.");
  assertEquals(said(run).length, 1, JSON.stringify(run.events));
  const items = asked.requests.at(-1)?.body["input"];
  assert(Array.isArray(items), JSON.stringify(run.events));
  const [call] = items.filter(({ type }) => type === "custom_tool_call");
  assertEquals([call?.name, typeof call?.input], ["apply_patch", "string"]);
  const [output, ...others] = toolOutputs(recorder.requests.at(-1));
  assertStringIncludes(output ?? "", "patch");
  assertEquals(others, []);
}

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
  // The last one: an answer without text is asked for again.
  const replayed = chatMessages(recorder.requests.at(-1));
  const answers = replayed.filter(({ role }) => role === "assistant");
  assertEquals(answers.map(({ content }) => content), [first]);
}

/** The turn's one message, of a turn without complaints. */
function assertSpoke(run: CodexRun): string {
  const [message, ...others] = said(run);
  assert(message, JSON.stringify(run.events));
  assertEquals(others, []);
  assertEquals(errorMessages(run.events), []);
  return message;
}
