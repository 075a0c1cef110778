/**
 * Shapes of what the Open Responses document does not know, written from the types that OpenAI's
 * SDK declares (openai 7.57.0, `ResponseOutputItem` and `ResponseStreamEvent`).
 */
import { z } from "zod";

const status = z.enum(["in_progress", "completed", "incomplete"]);
const call = { id: z.string().min(1), call_id: z.string().min(1), status };
const named = { name: z.string().min(1), namespace: z.string().min(1).optional() };
const nullableNumber = z.number().nullable();

const callItem = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("function_call"),
    ...call,
    ...named,
    arguments: z.string(),
  }),
  z.strictObject({ type: z.literal("custom_tool_call"), ...call, ...named, input: z.string() }),
  z.strictObject({
    type: z.literal("tool_search_call"),
    ...call,
    execution: z.literal("client"),
    arguments: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({
    type: z.literal("local_shell_call"),
    ...call,
    action: z.strictObject({
      type: z.literal("exec"),
      command: z.array(z.string()),
      env: z.record(z.string(), z.string()),
      timeout_ms: nullableNumber.optional(),
      user: z.string().nullable().optional(),
      working_directory: z.string().nullable().optional(),
    }),
  }),
  z.strictObject({
    type: z.literal("shell_call"),
    ...call,
    action: z.strictObject({
      commands: z.array(z.string()),
      timeout_ms: nullableNumber,
      max_output_length: nullableNumber,
    }),
    environment: z.null(),
  }),
  z.strictObject({
    type: z.literal("apply_patch_call"),
    ...call,
    operation: z.discriminatedUnion("type", [
      z.object({ type: z.literal("create_file"), path: z.string(), diff: z.string() }),
      z.object({ type: z.literal("update_file"), path: z.string(), diff: z.string() }),
      z.object({ type: z.literal("delete_file"), path: z.string() }),
    ]),
  }),
]);

const compactionItem = z.strictObject({
  type: z.literal("compaction"),
  id: z.string().min(1),
  encrypted_content: z.string().min(1),
});

const at = { item_id: z.string().min(1), output_index: z.int().min(0) };

const events: Readonly<Record<string, z.ZodType>> = {
  "response.output_item.added": z.object({
    output_index: z.int().min(0),
    item: z.union([callItem, compactionItem]),
  }),
  "response.output_item.done": z.object({
    output_index: z.int().min(0),
    item: z.union([callItem, compactionItem]),
  }),
  "response.function_call_arguments.delta": z.object({ ...at, delta: z.string().min(1) }),
  "response.function_call_arguments.done": z.object({
    ...at,
    name: z.string().min(1),
    arguments: z.string(),
  }),
  "response.custom_tool_call_input.delta": z.object({ ...at, delta: z.string().min(1) }),
  "response.custom_tool_call_input.done": z.object({ ...at, input: z.string() }),
};

/** Fails unless every event between the first two and the last one fits its shape. */
export function assertCallEvents(stream: readonly { type: string }[]): void {
  for (const event of stream.slice(2, -1)) {
    const shape = events[event.type];
    if (shape === undefined) throw new Error(`there is no shape for ${event.type}`);
    shape.parse(JSON.parse(JSON.stringify(event)));
  }
}
