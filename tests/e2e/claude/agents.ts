import { assertEquals, assertStringIncludes } from "@std/assert";
import { said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { chatMessages, toolOutputs } from "../../clients/offered.ts";
import { startRelay } from "../../clients/recorder.ts";
import { text, toolCall } from "../../fake_llama/answers.ts";
import type { RecordedRequest } from "../../fake_llama/request.ts";
import { delay, type Script, status } from "../../fake_llama/script.ts";
import type { FakeScenario } from "./scenario.ts";

/** Claude Code that lets another one of itself work. */
export const agents: readonly FakeScenario[] = [
  { upstream: "fake", name: "a sub-agent answers its parent, from its own slot", run: subAgent },
  { upstream: "fake", name: "a sub-agent in the background reports later", run: inBackground },
];

const TASK = "Count the llamas.";
/** The parent was read into the first slot. */
const SLOTS = [
  { id: 0, is_processing: false, n_prompt_tokens: 9000 },
  { id: 1, is_processing: false },
];
const COUNT = "There are seven llamas.";

async function subAgent({ claude, chaski, fake }: FakeStage): Promise<void> {
  await using relay = startRelay(chaski.url, "/v1/messages");
  fake.always("GET /slots", status(200, SLOTS));
  for (let i = 0; i < 3; i++) fake.reply(parentOrChild(false));
  const run = await claude.with({ ANTHROPIC_BASE_URL: relay.url }).run("Ask a sub-agent.");
  assertEquals(said(run), "It counted seven.");
  const agentIds = relay.requests.map(({ headers }) => headers["x-claude-code-agent-id"]);
  assertEquals(agentIds.map((id) => typeof id), ["undefined", "string", "undefined"]);
  const sessions = relay.requests.map(({ headers }) => headers["x-claude-code-session-id"]);
  assertEquals(new Set(sessions).size, 1);
  assertStringIncludes(toolOutputs(fake.requests.at(-1)?.body)[0] ?? "", COUNT);
  // The child's prompt does not take the place of the parent's.
  assertEquals(fake.requests.map(({ body }) => body["id_slot"]), [undefined, 1, undefined]);
}

async function inBackground({ claude, fake }: FakeStage): Promise<void> {
  for (let i = 0; i < 4; i++) fake.reply(parentOrChild(true));
  const run = await claude.run("Ask a sub-agent.");
  assertEquals(said(run), "It counted seven.");
  const results = run.events.filter(({ type }) => type === "result").map(({ result }) => result);
  assertEquals(results, ["I wait.", "It counted seven."]);
  assertEquals(fake.requests.filter(isChild).length, 1);
}

/** The child answers at once; the parent asks it, and answers when it has heard. */
function parentOrChild(run_in_background: boolean): Script {
  return (request) => {
    // Longer than the parent takes to be told that the child works.
    if (isChild(request)) return [delay(run_in_background ? 1000 : 0), text(COUNT)];
    if (request.bodyText.includes(COUNT)) return text("It counted seven.");
    if (toolOutputs(request.body).length > 0) return text("I wait.");
    return toolCall("Agent", {
      description: "Counts llamas",
      prompt: TASK,
      subagent_type: "general-purpose",
      run_in_background,
    });
  };
}

/** Only the parent's history has calls. */
function isChild({ body }: RecordedRequest): boolean {
  const messages = chatMessages(body);
  return JSON.stringify(messages).includes(TASK) && !messages.some((m) => m["tool_calls"]);
}
