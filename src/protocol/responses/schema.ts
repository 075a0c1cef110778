/**
 * The body of `POST /v1/responses`.
 */
import { z } from "zod";
import { invalidRequest } from "../error.ts";
import { chosen, tagged } from "../tagged.ts";
import { type Item, item } from "./history/items.ts";
import { tool, toolChoice } from "./tools/schema.ts";

const text = z.string().nullish();
const number = z.number().nullish();
const flag = z.boolean().nullish();

const items = z.array(item, { error: "expected string or array of items" });

const jsonSchemaFormat = z.object({
  type: z.literal("json_schema"),
  name: text,
  schema: z.looseObject({}).nullish(),
  strict: flag,
});
const textFormat = tagged({ json_schema: jsonSchemaFormat });

const compaction = z.object({
  type: z.literal("compaction"),
  compact_threshold: z.int().min(1000).nullish(),
});
const contextManagement = tagged({ compaction });

/** What `text.format` may ask for; `text` and `json_object` carry nothing but their type. */
export type TextFormat = z.output<typeof textFormat>;
export type JsonSchemaFormat = z.output<typeof jsonSchemaFormat>;

/** Tells a format with a schema from the rest. */
export function isJsonSchema(format: TextFormat): format is JsonSchemaFormat {
  return format.type === "json_schema";
}

// Enumerations are plain strings: a level or tier that we do not know must not refuse the request.
const createResponse = z.object({
  model: text,
  input: chosen<string | Item[]>((value) => typeof value === "string" ? null : items).nullish(),
  instructions: text,
  previous_response_id: text,
  conversation: chosen<string | { id: string }>((value) =>
    typeof value === "string" ? null : z.looseObject({ id: z.string() })
  ).nullish(),
  prompt: z.looseObject({}).nullish(),
  store: flag,
  background: flag,
  stream: flag,
  stream_options: z.looseObject({ include_obfuscation: flag }).nullish(),
  include: z.array(z.string()).nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: flag,
  max_tool_calls: z.int().min(1).nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  top_logprobs: z.int().min(0).max(20).nullish(),
  text: z.looseObject({ format: textFormat.nullish(), verbosity: text }).nullish(),
  reasoning: z.looseObject({
    effort: text,
    summary: text,
    generate_summary: text,
    context: text,
    mode: text,
  }).nullish(),
  truncation: text,
  metadata: z.record(z.string(), z.string()).nullish(),
  user: text,
  safety_identifier: text,
  service_tier: text,
  prompt_cache_key: text,
  prompt_cache_options: z.looseObject({}).nullish(),
  prompt_cache_retention: text,
  context_management: z.array(contextManagement).max(16).nullish(),
  moderation: z.looseObject({}).nullish(),
});

/**
 * A checked request: every field absent, null, or of its type. Items, tools and schemas are the
 * client's own objects, so their bytes and order of keys are kept. Unknown fields are left out.
 */
export type CreateResponse = z.output<typeof createResponse>;

/**
 * Checks a decoded body. Known items, parts and tools must fit; unknown ones pass.
 *
 * @throws {ApiError} 400 `invalid_request_error`, `param` a path like `input[3].call_id`.
 */
export function parseCreateResponse(body: unknown): CreateResponse {
  const result = createResponse.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = issue === undefined ? "" : paramOf(issue.path);
  const reason = (issue?.message ?? "unknown").replace(/^Invalid [a-z]+: /, "");
  throw invalidRequest(`Cannot read ${param || "the request"}: ${reason}`, param || null);
}

/** A path as OpenAI writes it; bounded, because keys come from the client. */
function paramOf(path: readonly PropertyKey[]): string {
  let param = "";
  for (const key of path) {
    if (typeof key === "number") param += `[${key}]`;
    else param += param === "" ? String(key) : `.${String(key)}`;
  }
  return param.slice(0, 200);
}
