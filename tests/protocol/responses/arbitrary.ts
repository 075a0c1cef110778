/** Generators of Responses requests: plausible ones, odd ones, and conversations round by round. */
import fc from "fast-check";
import { PIXEL } from "./translating.ts";

const text = fc.oneof(
  fc.constantFrom("", " ", "a", "b\n", "<tool_response>", "\ud800", "🦙"),
  fc.string({ maxLength: 8 }),
);
/** Few, so that they repeat; one has the form of Mistral's own, one that of ours. */
const key = fc.constantFrom("c1", "c2", "AbCdEf123", "call00001", null, undefined);
const name = fc.constantFrom("look", "touch");
const args = fc.oneof(
  fc.constantFrom("", "{}", '{"a":1}', '{"a":', "[1]", "null", '{"a":1e999}', '{"a":"\\ud800"}'),
  fc.string({ maxLength: 8 }),
);

const part = fc.oneof(
  text.map((text) => ({ type: "input_text", text })),
  text.map((text) => ({ type: "output_text", text, annotations: [] })),
  text.map((refusal) => ({ type: "refusal", refusal })),
  fc.constant({ type: "input_image", image_url: PIXEL, detail: "high" }),
  fc.constant({ type: "input_file", filename: "a.txt", file_data: btoa("text") }),
  fc.constant({ type: "input_audio", input_audio: {} }),
);
const content = fc.oneof(text, fc.array(part, { maxLength: 3 }), fc.constant(null));
const texts = fc.oneof(
  fc.array(text.map((text) => ({ type: "reasoning_text", text })), { maxLength: 2 }),
  fc.constant(null),
);

const message = fc.record({
  role: fc.constantFrom("user", "assistant", "developer", "system"),
  content,
});
const call = fc.record({
  type: fc.constant("function_call"),
  call_id: key,
  name,
  arguments: args,
});
const customCall = fc.record({
  type: fc.constant("custom_tool_call"),
  call_id: key,
  name,
  input: text,
});
const output = fc.record({
  type: fc.constantFrom("function_call_output", "custom_tool_call_output"),
  call_id: key,
  output: content,
});
const reasoning = fc.record({
  type: fc.constant("reasoning"),
  summary: texts,
  content: texts,
  encrypted_content: fc.constantFrom(null, "sealed"),
});
const oddItem = fc.constantFrom<Record<string, unknown>>(
  { type: "local_shell_call", id: "c1", call_id: "c1", action: { type: "exec", command: ["ls"] } },
  { type: "local_shell_call_output", id: "c1", output: "files" },
  { type: "shell_call", call_id: "c2", action: null },
  { type: "shell_call_output", call_id: "c2", output: [{ stdout: "x" }] },
  { type: "apply_patch_call", call_id: "c1", operation: { type: "delete_file", path: "x" } },
  { type: "apply_patch_call_output", call_id: "c1", status: "completed" },
  { type: "tool_search_call", call_id: "c2", arguments: { query: "q" } },
  { type: "tool_search_output", call_id: "c2", tools: [{ type: "function", name: "found" }] },
  { type: "mcp_call", name: "add", arguments: "{}", output: "1" },
  { type: "file_search_call", queries: ["q"], results: null },
  { type: "additional_tools", tools: [{ type: "function", name: "added" }] },
  { type: "web_search_call", id: "ws_1" },
  { type: "compaction_trigger" },
  { id: "msg_1" },
  {},
);

/** A list of items that is accepted, in no sensible order. */
export const items: fc.Arbitrary<Record<string, unknown>[]> = fc.array(
  fc.oneof(message, call, customCall, output, reasoning, oddItem),
  { minLength: 1, maxLength: 12 },
);

const tools = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant("function"),
      name,
      parameters: fc.constantFrom(null, { type: "object" }, { type: "array", maxItems: 9999 }),
    }),
    fc.constantFrom({ type: "custom", name: "look" }, { type: "web_search" }),
  ),
  { maxLength: 3 },
);

/** The fields beside `input`, of the right types; some cannot be satisfied. */
export const fields: fc.Arbitrary<Record<string, unknown>> = fc.record({
  instructions: fc.oneof(text, fc.constant(null)),
  tools,
  tool_choice: fc.constantFrom<unknown>(
    null,
    "auto",
    "none",
    "required",
    { type: "function", name: "look" },
    { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "touch" }] },
  ),
  parallel_tool_calls: fc.constantFrom(null, true, false),
  text: fc.constantFrom<unknown>(null, { format: { type: "json_object" } }),
  reasoning: fc.constantFrom<unknown>(null, { effort: "none" }, { effort: "odd" }),
  top_logprobs: fc.constantFrom(null, 0, 3),
}, { requiredKeys: [] });

/** Any JSON in the places where a request has something. */
export const oddRequest: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom("input", "tools", "tool_choice", "text", "reasoning", "metadata", "include"),
    fc.jsonValue(),
  ),
  fc.record({
    input: fc.array(
      fc.oneof(
        fc.tuple(
          fc.oneof(message, call, output, reasoning, oddItem),
          fc.dictionary(
            fc.constantFrom("type", "role", "content", "output", "call_id", "action", "summary"),
            fc.jsonValue({ maxDepth: 2 }),
          ),
        ).map(([item, odd]) => ({ ...item, ...odd })),
        fc.jsonValue({ maxDepth: 3 }),
      ),
    ),
    tools: fc.array(
      fc.record({ type: fc.constantFrom("function", "x"), name: fc.jsonValue({ maxDepth: 1 }) }),
    ),
  }, { requiredKeys: ["input"] }),
);

/** One exchange: what the client adds, and what the model answered. */
export interface Round {
  client: Record<string, unknown>[];
  model: Record<string, unknown>[];
}

interface Sketch {
  said: Record<string, unknown>[];
  answered: boolean;
  reversed: boolean;
  outputs: unknown[];
  model: Record<string, unknown>[];
}

const sketch: fc.Arbitrary<Sketch> = fc.record({
  said: fc.array(
    fc.record({ role: fc.constantFrom("user", "user", "developer"), content }),
    { maxLength: 2 },
  ),
  answered: fc.boolean(),
  reversed: fc.boolean(),
  outputs: fc.array(content, { minLength: 1, maxLength: 3 }),
  model: fc.array(fc.oneof(reasoning, call, message.map((m) => ({ ...m, role: "assistant" }))), {
    minLength: 1,
    maxLength: 4,
  }),
});

const ok = { role: "assistant", content: "ok" };

/** Conversations where every call is answered in the next round or never. */
export const rounds: fc.Arbitrary<Round[]> = fc.array(sketch, { minLength: 1, maxLength: 5 }).map(
  (sketches) => {
    const rounds: Round[] = [];
    for (const { said, answered, reversed, outputs, model } of sketches) {
      const calls = (rounds.at(-1)?.model ?? []).filter(({ type }) => type === "function_call");
      const answers = !answered ? [] : calls.map(({ call_id }, i) => ({
        type: "function_call_output",
        call_id,
        output: outputs[i % outputs.length],
      }));
      const client = [...(reversed ? answers.reverse() : answers), ...said];
      // A step that says nothing would leave two of the other side next to each other.
      if (answers.length === 0) client.push({ role: "user", content: "." });
      const acts = model.some(({ type }) => type === "function_call");
      rounds.push({ client, model: acts ? model : [...model, ok] });
    }
    return rounds;
  },
);
