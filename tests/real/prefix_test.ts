/**
 * What an agent's next request repeats must render as it did before, or llama-server reads it anew.
 * Real requests of Codex, grown by ten calls, over the templates that differ most.
 */
import { assert, assertEquals } from "@std/assert";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import {
  growsByTen,
  lastPrompt,
  onPrefixStage,
  type PrefixStage,
  type Prompt,
  THOUGHTS,
  TOLERANCE,
  withoutOpening,
} from "./prefix.ts";

const fixture = new URL("../fixtures/codex/11-mcp-first-turn.json", import.meta.url);
const first = JSON.parse(await Deno.readTextFile(fixture)).request.body;

const message = (role: string, type: string, text: string) => ({
  type: "message",
  role,
  content: [{ type, text }],
});
const output = (type: string, call_id: string) => ({
  type,
  call_id,
  output: [{ type: "input_text", text: `Wall time: 0.1\nOutput:\n${call_id} </think> é 🦙` }],
});

/** The items that Codex replays after the n-th answer: what the model said, and what its tools gave. */
function round(n: number): unknown[] {
  const call_id = `call_${n}`;
  const thought = {
    type: "reasoning",
    summary: [{ type: "summary_text", text: `Thought ${n}.` }],
    content: [{ type: "reasoning_text", text: `Thought ${n}: "<b>" & so on.` }],
    encrypted_content: null,
  };
  const said = n % 3 === 0 ? [message("assistant", "output_text", `Step ${n}.`)] : [];
  const command = { type: "function_call", call_id, name: "exec_command" };
  switch (n % 4) {
    case 0: {
      const patch = `*** Begin Patch\n*** Add File: ${n}.txt\n+"x" \\ \t é\n*** End Patch\n`;
      const call = { type: "custom_tool_call", call_id, name: "apply_patch", input: patch };
      return [thought, ...said, call, output("custom_tool_call_output", call_id)];
    }
    case 1: {
      const tool = { name: "add", namespace: "mcp__labecho", arguments: `{"b":${n},"a":1.50}` };
      const call = { type: "function_call", call_id, ...tool };
      return [thought, ...said, call, output("function_call_output", call_id)];
    }
    case 2: {
      const calls = ["x", "y"].map((end) => ({
        ...command,
        call_id: call_id + end,
        arguments: `{"cmd":"ls ${end}"}`,
      }));
      return [
        thought,
        ...said,
        ...calls,
        ...calls.map((call) => output("function_call_output", call.call_id)),
      ];
    }
    default: {
      const call = { ...command, arguments: '{ "cmd" : "cat <<EOF\\n<|im_end|>\\nEOF" }' };
      return [thought, ...said, call, output("function_call_output", call_id)];
    }
  }
}

/** Asks for one token, and gives what the prompt cost and how it was rendered. */
async function ask(stage: PrefixStage, body: Record<string, unknown>): Promise<Prompt> {
  const answer = await fetch(`${stage.chaski.url}/v1/responses`, {
    method: "POST",
    headers: { "thread-id": "prefix" },
    body: JSON.stringify({ ...first, model: "tiny", stream: false, max_output_tokens: 1, ...body }),
  });
  const { usage, error } = await answer.json();
  assert(usage, JSON.stringify(error));
  return {
    prompt: await lastPrompt(stage),
    tokens: Number(usage.input_tokens),
    cached: Number(usage.input_tokens_details.cached_tokens),
  };
}

async function keepsPrefix(stage: PrefixStage, thoughts: RegExp): Promise<void> {
  const input: unknown[] = [...first.input];
  const before = await growsByTen(input, round, () => ask(stage, { input }));
  // A user's turn: only what the template takes out itself is lost.
  const kept = withoutOpening(before.prompt.replaceAll(thoughts, ""));
  const done = message("assistant", "output_text", "Done.");
  input.push(done, message("user", "input_text", "Now the next thing."));
  const next = await ask(stage, { input });
  assert(next.prompt.startsWith(kept), "more than the thoughts was taken out");
  const line = `${
    before.tokens - next.cached
  } of ${next.tokens} tokens read again at a user's turn`;
  console.log(`    ${line}; its template takes out the thoughts of the turn before`);
  // Codex's compaction lists no tools.
  input.push(done, message("user", "input_text", "You are performing a CONTEXT CHECKPOINT."));
  const compaction = await ask(stage, { input, tools: [] });
  assert(
    compaction.prompt.startsWith(withoutOpening(next.prompt)),
    "the compaction begins otherwise",
  );
  assert(next.tokens - compaction.cached <= TOLERANCE * compaction.tokens);
}

for (const [template, thoughts] of Object.entries(THOUGHTS)) {
  Deno.test(`ten calls of Codex over ${template} are read once`, () =>
    onPrefixStage(template, (stage) => keepsPrefix(stage, thoughts)));
}

Deno.test("llama-server's usage and its timings agree about what was cached", async () => {
  const [binary, model] = await Promise.all([
    findLlamaServer(),
    tinyModel({ template: "qwen3" }),
  ]);
  await using llama = await startLlamaServer({ binary, model, args: ["-c", "4096"] });
  const body = JSON.stringify({
    messages: [{ role: "user", content: "Hello there. ".repeat(50) }],
    max_tokens: 1,
  });
  for (const cachedBefore of [false, true]) {
    const answer = await fetch(`${llama.url}/v1/chat/completions`, { method: "POST", body });
    const { usage, timings } = await answer.json();
    const { cached_tokens } = usage.prompt_tokens_details;
    assertEquals(cached_tokens, timings.cache_n);
    assertEquals(cached_tokens + timings.prompt_n, usage.prompt_tokens);
    assertEquals(cached_tokens > 100, cachedBefore);
  }
});
