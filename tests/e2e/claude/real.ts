import { assert, assertEquals, assertMatch } from "@std/assert";
import { thoughts } from "../../claude/claude_events.ts";
import { said } from "../../claude/said.ts";
import type { RealStage } from "../../claude/stage.ts";
import { commandTurn, SMALL } from "../../claude/turns.ts";
import { chatMessages } from "../../clients/offered.ts";
import { CONTRASTING_TEMPLATES } from "../../clients/tiny_llama.ts";
import type { RealScenario } from "./scenario.ts";

/** Turns over the real llama-server; what the tiny model says is nonsense, so shapes are asserted. */
export const real: readonly RealScenario[] = [
  { upstream: "real", name: "a command over a real model", run: commandTurn },
  {
    upstream: "real",
    name: "thinking over a real model",
    // The other templates belong to models that do not think.
    templates: CONTRASTING_TEMPLATES,
    run: thinking,
  },
  {
    upstream: "real",
    name: "no thinking over a real model that could",
    // gpt-oss cannot leave it.
    templates: ["qwen3", "qwen3.5"],
    run: noThinking,
  },
  { upstream: "real", name: "--continue over a real model", run: continued },
  { upstream: "real", name: "/context is counted by llama-server", run: counted },
];

async function thinking({ claude }: RealStage): Promise<void> {
  const run = await claude.run(...SMALL, "--", "[[think]] Hello.");
  assert(said(run), JSON.stringify(run.events));
  assert(thoughts(run.events)[0], JSON.stringify(run.events));
}

async function noThinking({ claude, recorder }: RealStage): Promise<void> {
  const run = await claude.with({ MAX_THINKING_TOKENS: "0" }).run(...SMALL, "--", "Hello.");
  assert(said(run), JSON.stringify(run.events));
  assertEquals(thoughts(run.events), []);
  const switched = recorder.requests[0]?.["chat_template_kwargs"];
  assertEquals(switched, { enable_thinking: false });
}

async function continued({ claude, recorder }: RealStage): Promise<void> {
  const first = said(await claude.run(...SMALL, "--", "[[plain]] The first question."));
  assert(first);
  assert(said(await claude.run("--continue", ...SMALL, "--", "[[plain]] The second question.")));
  // The last one: an answer without text is asked for again.
  const answers = chatMessages(recorder.requests.at(-1)).filter(({ role }) => role === "assistant");
  assertEquals(answers.map(({ content }) => content), [first]);
}

async function counted({ claude, chaski, recorder }: RealStage): Promise<void> {
  const words = said(await claude.run(...SMALL, "--", "/context"));
  assertMatch(words ?? "", /System prompt \| [\d.]+k/);
  const statuses = chaski.log().filter(({ path }) => path === "/v1/messages/count_tokens")
    .map(({ status }) => status);
  assert(statuses.length > 0);
  assertEquals(new Set(statuses), new Set([200]));
  assertEquals(recorder.requests.length, 0);
}
