/**
 * Input items of the Responses API that Chaski reads, as clients replay them.
 *
 * Only the fields that are read are listed. `call_id` is optional everywhere, because a missing
 * one can be repaired; null counts as absent.
 */
import { z } from "zod";
import { tagged } from "../../tagged.ts";
import { content } from "./parts.ts";
import { tool } from "../tools/schema.ts";

const text = z.string().nullish();
const record = z.looseObject({}).nullish();
const texts = z.array(z.object({ text }), { error: "expected array of text parts" }).nullish();

const message = z.object({
  type: z.literal("message").nullish(),
  role: z.enum(["system", "developer", "user", "assistant"]),
  content: content.nullish(),
});

const known = {
  function_call: z.object({
    type: z.literal("function_call"),
    call_id: text,
    name: z.string().min(1),
    namespace: text,
    arguments: text,
  }),
  function_call_output: z.object({
    type: z.literal("function_call_output"),
    call_id: text,
    output: content.nullish(),
  }),
  custom_tool_call: z.object({
    type: z.literal("custom_tool_call"),
    call_id: text,
    name: z.string().min(1),
    namespace: text,
    input: text,
  }),
  custom_tool_call_output: z.object({
    type: z.literal("custom_tool_call_output"),
    call_id: text,
    output: content.nullish(),
  }),
  reasoning: z.object({
    type: z.literal("reasoning"),
    summary: texts,
    content: texts,
    encrypted_content: text,
  }),
  local_shell_call: z.object({
    type: z.literal("local_shell_call"),
    id: text,
    call_id: text,
    action: record,
  }),
  local_shell_call_output: z.object({
    type: z.literal("local_shell_call_output"),
    id: text,
    call_id: text,
    output: z.unknown().optional(),
  }),
  shell_call: z.object({ type: z.literal("shell_call"), call_id: text, action: record }),
  shell_call_output: z.object({
    type: z.literal("shell_call_output"),
    call_id: text,
    output: z.unknown().optional(),
  }),
  apply_patch_call: z.object({
    type: z.literal("apply_patch_call"),
    call_id: text,
    operation: record,
  }),
  apply_patch_call_output: z.object({
    type: z.literal("apply_patch_call_output"),
    call_id: text,
    output: text,
    status: text,
  }),
  tool_search_call: z.object({
    type: z.literal("tool_search_call"),
    call_id: text,
    arguments: z.unknown().optional(),
  }),
  tool_search_output: z.object({
    type: z.literal("tool_search_output"),
    call_id: text,
    tools: z.array(tool).nullish(),
  }),
  mcp_call: z.object({
    type: z.literal("mcp_call"),
    name: z.string().min(1),
    arguments: text,
    output: text,
    error: z.unknown().optional(),
  }),
  file_search_call: z.object({
    type: z.literal("file_search_call"),
    queries: z.unknown().optional(),
    results: z.unknown().optional(),
  }),
  compaction: z.object({
    type: z.literal("compaction"),
    encrypted_content: z.string(),
  }),
  compaction_trigger: z.object({ type: z.literal("compaction_trigger") }),
  additional_tools: z.object({
    type: z.literal("additional_tools"),
    tools: z.array(tool).nullish(),
  }),
} as const;

/** A known item must fit its schema; an item of an unknown type passes. */
export const item = tagged(
  { message, ...known },
  (value) => "role" in value ? "message" : undefined,
);

export type Item = z.output<typeof item>;
export type MessageItem = z.output<typeof message>;
/** A known item that is not a message: always tagged. */
export type KnownItem = z.output<(typeof known)[keyof typeof known]>;
export type ReasoningItem = z.output<typeof known.reasoning>;
/** Calls of tools that OpenAI's models know by type, and their outputs. */
export type TypedItem = Extract<
  KnownItem,
  { type: `${"local_shell" | "shell" | "apply_patch" | "tool_search"}_${string}` }
>;

/** A message in its full form or in the easy one, which carries a role and no type. */
export function isMessage(value: Item): value is MessageItem {
  return value.type === "message" || (value.type == null && "role" in value);
}

/** An item whose type has a schema above. */
export function isKnown(value: Item): value is KnownItem {
  return typeof value.type === "string" && Object.hasOwn(known, value.type);
}
