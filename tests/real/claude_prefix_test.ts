/**
 * What Claude Code's next request repeats must render as it did before, and sessions must begin
 * alike: a recorded request, grown by ten calls, over the templates that differ most.
 */
import { assert } from "@std/assert";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { type Recorder, startRecorder } from "../clients/recorder.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

/** What each template itself takes out of earlier turns: the thoughts, and nothing else. */
const THOUGHTS: Readonly<Record<string, RegExp>> = {
  "qwen3": /<think>\n[^]*?\n<\/think>\n\n/g,
  "qwen3.5": /<think>\n[^]*?\n<\/think>\n\n/g,
  "gpt-oss": /<\|start\|>assistant<\|channel\|>analysis<\|message\|>[^]*?<\|end\|>/g,
};

/** The share of the prompt that may be read again within a loop of calls. */
const TOLERANCE = 0.02;

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

interface Stage {
  chaski: Chaski;
  recorder: Recorder;
  llama: string;
}

/** Asks for one token, and gives what the prompt cost and how it was rendered. */
async function ask({ chaski, recorder, llama }: Stage, body: Record<string, unknown>) {
  const answer = await fetch(`${chaski.url}/v1/messages`, {
    method: "POST",
    headers: { "x-claude-code-session-id": "prefix" },
    body: JSON.stringify({ ...first, model: "tiny", stream: false, max_tokens: 1, ...body }),
  });
  const { usage, error } = await answer.json();
  assert(usage, JSON.stringify(error));
  const rendered = await fetch(`${llama}/apply-template`, {
    method: "POST",
    body: JSON.stringify(recorder.requests.at(-1)),
  });
  const { prompt } = await rendered.json();
  assert(typeof prompt === "string" && prompt.length > 1000);
  const cached = Number(usage.cache_read_input_tokens);
  return { prompt, cached, tokens: cached + Number(usage.input_tokens) };
}

/** A prompt without the beginning of the model's turn, which templates write otherwise later. */
function withoutOpening(prompt: string): string {
  return prompt.slice(0, prompt.lastIndexOf("assistant"));
}

async function keepsPrefix(stage: Stage, thoughts: RegExp): Promise<void> {
  const messages = [...first.messages];
  let before = await ask(stage, { messages });
  for (let n = 0; n < 10; n++) {
    messages.push(...round(n));
    const now = await ask(stage, { messages });
    assert(now.prompt.startsWith(before.prompt), `the prompt of round ${n} begins otherwise`);
    const again = before.tokens - now.cached;
    assert(again <= TOLERANCE * now.tokens, `${again} of ${now.tokens} tokens were read again`);
    before = now;
  }
  // A user's turn, here the compaction's: only what the template takes out itself is lost.
  const kept = withoutOpening(before.prompt.replaceAll(thoughts, ""));
  messages.push({ role: "assistant", content: "Done." });
  messages.push({ role: "user", content: "CRITICAL: Respond with TEXT ONLY." });
  const next = await ask(stage, { messages });
  assert(next.prompt.startsWith(kept), "more than the thoughts was taken out");
}

/** A new session in the same folder: its billing block and its prompt are others. */
async function sharesBeginning(stage: Stage): Promise<void> {
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
  Deno.test(`ten calls of Claude Code over ${template} are read once`, async () => {
    const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
    const args = ["-c", "65536", "-np", "1", "--alias", "tiny"];
    await using llama = await startLlamaServer({ binary, model, args });
    await using recorder = startRecorder(llama.url);
    await using chaski = await startChaski({ upstream: recorder.url });
    const stage = { chaski, recorder, llama: llama.url };
    await keepsPrefix(stage, thoughts);
    await sharesBeginning(stage);
  });
}
