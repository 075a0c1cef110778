import { assertEquals, assertStringIncludes } from "@std/assert";
import { providerKey } from "../../codex/codex_config.ts";
import { isSince } from "../../clients/version.ts";
import { startRelay } from "../../clients/recorder.ts";
import type { Codex, FakeStage } from "../../codex/stage.ts";
import { text } from "../../fake_llama/answers.ts";
import type { RecordedRequest } from "../../fake_llama/request.ts";
import type { Script } from "../../fake_llama/script.ts";
import { callOffered, chatMessages, toolOutputs } from "../../clients/offered.ts";
import { said } from "./said.ts";
import type { FakeScenario } from "./scenario.ts";

/** Codex that lets another one of itself work. */
export const agents: readonly FakeScenario[] = [
  { upstream: "fake", name: "a sub-agent answers its parent", run: subAgent },
];

const TASK = "Count the llamas.";
const COUNT = "There are seven llamas.";

async function subAgent({ codex, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/responses");
  for (let i = 0; i < 6; i++) fake.reply(parentOrChild);
  const through = providerKey("base_url", `${relay.url}/v1`);
  const run = await codex.exec(...enabled(codex), ...through, "Ask a sub-agent.");
  // Codex 0.118 may tell the parent of the child's end once more, which it answers then.
  assertEquals(new Set(said(run)), new Set(["It counted seven."]));
  const askers = relay.requests.map(({ headers }) => headers["x-openai-subagent"]);
  assertEquals(askers.filter((asker) => asker !== undefined), ["collab_spawn"]);
  const last = fake.requests.findLast((request) => !isChild(request));
  assertStringIncludes(toolOutputs(last?.body).at(-1) ?? "", COUNT);
}

function enabled({ version }: Codex): string[] {
  return isSince(version, "0.145.0")
    ? ["-c", "agents.enabled=true"]
    : ["-c", "features.multi_agent=true"];
}

/** The child answers at once; the parent spawns it, waits for it and answers. */
function parentOrChild(request: RecordedRequest): Script {
  if (isChild(request)) return text(COUNT);
  const outputs = toolOutputs(request.body);
  const [spawned] = outputs;
  if (spawned === undefined) return callOffered(/spawn_agent$/, { message: TASK });
  if (outputs.length > 1) return text("It counted seven.");
  return callOffered(/wait_agent$/, { targets: [agentId(spawned)], timeout_ms: 10_000 });
}

/** Only the parent's history has calls. */
function isChild({ body }: RecordedRequest): boolean {
  const messages = chatMessages(body);
  return JSON.stringify(messages).includes(TASK) && !messages.some((m) => m["tool_calls"]);
}

function agentId(output: string): string {
  return /"agent_id":"([^"]+)"/.exec(output)?.[1] ?? "nobody";
}
