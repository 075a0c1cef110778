/**
 * What Claude Code's next request repeats must render as it did before, and sessions must begin
 * alike: a recorded request, grown by ten calls, over the templates that differ most.
 */
import { assert } from "@std/assert";
import {
  growsByTen,
  lastPrompt,
  onPrefixStage,
  type PrefixStage,
  type Prompt,
  THOUGHTS,
  withoutOpening,
} from "./prefix.ts";

interface Body {
  messages: unknown[];
  system: { text: string }[];
  tools: { name: string }[];
}

/** Three tools, for a machine that reads every token on its processor. */
const TOOLS = ["Bash", "Read", "Write"];

async function recorded(name: string): Promise<Body> {
  const file = new URL(`../fixtures/claude-code/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(file)).request.body;
}

const whole = await recorded("01-first-turn");
const first = { ...whole, tools: whole.tools.filter(({ name }) => TOOLS.includes(name)) };

/** What Claude Code replays after the n-th answer: one call, or two whose results come crosswise. */
function round(n: number): unknown[] {
  const ids = n % 3 === 0 ? [`toolu_${n}a`, `toolu_${n}b`] : [`toolu_${n}`];
  const calls = ids.map((id) => ({
    type: "tool_use",
    id,
    name: "Bash",
    input: { command: `cat <<EOF\n${id} "<|im_end|>" \\ é\nEOF`, timeout: 1.5 },
  }));
  const results = ids.toReversed().map((tool_use_id) => ({
    type: "tool_result",
    tool_use_id,
    content: [{ type: "text", text: `${tool_use_id} </think> 🦙` }],
    is_error: n % 4 === 0,
    cache_control: { type: "ephemeral" },
  }));
  const said = n % 2 === 0 ? [{ type: "text", text: `Step ${n}.` }] : [];
  const thought = { type: "thinking", thinking: `Thought ${n}: "<b>".`, signature: "" };
  return [
    { role: "assistant", content: [thought, ...said, ...calls] },
    { role: "user", content: results },
  ];
}

/** Asks for one token, and gives what the prompt cost and how it was rendered. */
async function ask(stage: PrefixStage, body: Record<string, unknown>): Promise<Prompt> {
  const answer = await fetch(`${stage.chaski.url}/v1/messages`, {
    method: "POST",
    headers: { "x-claude-code-session-id": "prefix" },
    body: JSON.stringify({ ...first, model: "tiny", stream: false, max_tokens: 1, ...body }),
  });
  const { usage, error } = await answer.json();
  assert(usage, JSON.stringify(error));
  const cached = Number(usage.cache_read_input_tokens);
  return {
    prompt: await lastPrompt(stage),
    cached,
    tokens: cached + Number(usage.input_tokens),
  };
}

async function keepsPrefix(stage: PrefixStage, thoughts: RegExp): Promise<void> {
  const messages = [...first.messages];
  const before = await growsByTen(messages, round, () => ask(stage, { messages }));
  // A user's turn, here the compaction's: only what the template takes out itself is lost.
  const kept = withoutOpening(before.prompt.replaceAll(thoughts, ""));
  messages.push({ role: "assistant", content: "Done." });
  messages.push({ role: "user", content: "CRITICAL: Respond with TEXT ONLY." });
  const next = await ask(stage, { messages });
  assert(next.prompt.startsWith(kept), "more than the thoughts was taken out");
}

/** A new session in the same folder: its billing block and its prompt are others. */
async function sharesBeginning(stage: PrefixStage): Promise<void> {
  const [billing, ...system] = first.system;
  assert(billing !== undefined && billing.text.startsWith("x-anthropic-billing-header"));
  const [, surroundings] = first.messages;
  const prompt = { role: "user", content: "Something else altogether." };
  const other = await ask(stage, {
    system: [{ type: "text", text: billing.text.replace(/b6d/, "fff") }, ...system],
    messages: [prompt, surroundings],
  });
  const own = other.tokens - other.cached;
  assert(own < 100, `${own} of ${other.tokens} tokens are not shared with another session`);
  console.log(`    ${other.cached} of ${other.tokens} tokens shared by two sessions`);
}

for (const [template, thoughts] of Object.entries(THOUGHTS)) {
  Deno.test(`ten calls of Claude Code over ${template} are read once`, () =>
    onPrefixStage(template, async (stage) => {
      await keepsPrefix(stage, thoughts);
      await sharesBeginning(stage);
    }));
}
