/**
 * The body of `POST /v1/messages` (npm `@anthropic-ai/sdk` 1.12).
 *
 * Claude Code answers a 400 by dropping features, six times over, so only what would change the
 * meaning is refused: unknown fields, blocks, tools and levels pass.
 */
import { z } from "zod";
import { invalidRequest } from "../error.ts";
import { chosen, tagged, type Untagged } from "../tagged.ts";

const text = z.string().nullish();
const number = z.number().nullish();

const textBlock = z.object({ type: z.literal("text"), text: z.string() });
const source = z.looseObject({
  type: text,
  media_type: text,
  data: text,
  url: text,
  content: z.unknown().optional(),
});
const imageBlock = z.object({ type: z.literal("image"), source });
const documentBlock = z.object({
  type: z.literal("document"),
  source,
  title: text,
  context: text,
});
const thinkingBlock = z.object({
  type: z.literal("thinking"),
  thinking: text,
  signature: text,
});
const callBlock = z.object({
  type: z.enum(["tool_use", "server_tool_use"]),
  id: text,
  name: z.string().min(1),
  input: z.unknown().optional(),
});
const resultBlock = z.object({
  type: z.literal("tool_result"),
  tool_use_id: text,
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});

export type ImageBlock = z.output<typeof imageBlock>;
export type DocumentBlock = z.output<typeof documentBlock>;
export type ThinkingBlock = z.output<typeof thinkingBlock>;
export type CallBlock = z.output<typeof callBlock>;
export type ResultBlock = z.output<typeof resultBlock>;
export type TextBlock = z.output<typeof textBlock>;
/** A block of a listed type, or any other as it came. */
export type Block =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | ThinkingBlock
  | CallBlock
  | ResultBlock
  | Untagged;

const block: z.ZodType<Block> = tagged({
  text: textBlock,
  image: imageBlock,
  document: documentBlock,
  thinking: thinkingBlock,
  tool_use: callBlock,
  server_tool_use: callBlock,
  tool_result: resultBlock,
});

/** More than any client sends; each costs some microseconds. */
const MOST = 100_000;

const blocks = z.array(block, { error: "expected string or array of content blocks" }).max(MOST);
const content = chosen<string | Block[]>((value) => typeof value === "string" ? null : blocks);

const message = z.object({
  role: z.enum(["user", "assistant", "system"]),
  content,
});

/** A message of the conversation. */
export type Message = z.output<typeof message>;

const ownTool = z.looseObject({
  type: text,
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, {
    error: "expected 1 to 128 letters, digits, underscores, dots or dashes",
  }),
  description: text,
  input_schema: z.looseObject({}).nullish(),
  strict: z.boolean().nullish(),
  defer_loading: z.boolean().nullish(),
});

/** A tool of the client's own: the model is told its schema, and the client runs it. */
export type OwnTool = z.output<typeof ownTool>;

const typedTool = z.looseObject({});
const tool = chosen<OwnTool | Untagged>((value) => isTyped(value) ? typedTool : ownTool);

/** Tools of other types are known to Anthropic's models and servers alone. */
function isTyped(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && value.type !== "custom";
}

export function isOwnTool(tool: OwnTool | Untagged): tool is OwnTool {
  return !isTyped(tool);
}

const format = z.looseObject({ type: text, schema: z.looseObject({}).nullish() });

const body = z.object({
  model: text,
  max_tokens: z.int().min(1).nullish(),
  messages: z.array(message).min(1).max(MOST),
  system: content.nullish(),
  stream: z.boolean().nullish(),
  temperature: number,
  top_p: number,
  top_k: z.int().min(0).nullish(),
  stop_sequences: z.array(z.string().min(1).max(1000)).max(100).nullish(),
  tools: z.array(tool).max(MOST).nullish(),
  tool_choice: z.looseObject({
    type: z.string(),
    name: text,
    disable_parallel_tool_use: z.boolean().nullish(),
  }).nullish(),
  thinking: z.looseObject({ type: text, budget_tokens: number, display: text }).nullish(),
  output_config: z.looseObject({ effort: text, format: format.nullish() }).nullish(),
  output_format: format.nullish(),
  metadata: z.looseObject({ user_id: text }).nullish(),
});

/** A checked request; blocks, tools and schemas are the client's own objects. */
export type MessagesRequest = z.output<typeof body>;

/**
 * Checks a decoded body.
 *
 * @throws {ApiError} 400 naming the field as Anthropic does, like `messages.1.content.0.text`
 */
export function parseMessagesRequest(value: unknown): MessagesRequest {
  const result = body.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = (issue?.path ?? []).map(String).join(".").slice(0, 200);
  const reason = (issue?.message ?? "unknown").replace(/^Invalid [a-z]+: /, "");
  throw invalidRequest(`${param || "body"}: ${reason}`, param || null);
}
