/** Content blocks as items and parts of a Responses conversation. */
import type { Note } from "../note.ts";
import { isRecord } from "../record.ts";
import type { Item } from "../responses/history/items.ts";
import type { Part } from "../responses/history/parts.ts";
import { label } from "../responses/translation_context.ts";
import { jsonText } from "../tool_arguments.ts";
import { documentText } from "./documents.ts";
import type {
  Block,
  CallBlock,
  ImageBlock,
  ResultBlock,
  TextBlock,
  ThinkingBlock,
} from "./schema.ts";

/** Takes what could not be told. */
export type Notes = Note[];

/** A user's message: what tools returned first, because their calls precede it. */
export function userItems(content: string | Block[], path: string, notes: Notes): Item[] {
  if (typeof content === "string") return [{ role: "user", content }];
  const results: Item[] = [];
  const parts: Part[] = [];
  for (const [i, block] of content.entries()) {
    const param = `${path}[${i}]`;
    if (isResult(block)) results.push(resultItem(block, param, notes));
    else parts.push(...shownParts(block, param, notes));
  }
  return parts.length === 0 ? results : [...results, { role: "user", content: parts }];
}

/** An assistant's message: thoughts, texts and calls in their order. */
export function assistantItems(content: string | Block[], path: string, notes: Notes): Item[] {
  if (typeof content === "string") return [{ role: "assistant", content }];
  return content.flatMap((block, i) => assistantBlock(block, `${path}[${i}]`, notes));
}

function assistantBlock(block: Block, param: string, notes: Notes): Item[] {
  if (isText(block)) return [{ role: "assistant", content: block.text }];
  if (isThinking(block)) return [thought(block)];
  if (isCall(block)) {
    const { id: call_id, name, input } = block;
    const args = jsonText(input, `${param}.input`);
    return [{ type: "function_call", call_id, name, arguments: args }];
  }
  if (isServerResult(block)) {
    return [{
      type: "function_call_output",
      call_id: block.tool_use_id,
      output: jsonText(withoutSecrets(block.content), `${param}.content`),
    }];
  }
  drop(block, param, notes);
  return [];
}

/** What was hidden from the client comes back in its signature alone. */
function thought({ thinking, signature }: ThinkingBlock): Item {
  return {
    type: "reasoning",
    content: thinking ? [{ text: thinking }] : [],
    ...(!thinking && signature && { encrypted_content: signature }),
  };
}

function resultItem(block: ResultBlock, param: string, notes: Notes): Item {
  const { tool_use_id: call_id, content, is_error } = block;
  const output = resultParts(content, `${param}.content`, notes);
  const failed: Part[] = is_error === true ? [{ type: "input_text", text: FAILED }] : [];
  return { type: "function_call_output", call_id, output: [...failed, ...output] };
}

/** Stands before the output of a tool that failed: chat has no field for it. */
const FAILED = "[the tool failed]";

function resultParts(content: unknown, param: string, notes: Notes): Part[] {
  if (content == null || content === "") return [];
  if (typeof content === "string") return [{ type: "input_text", text: content }];
  if (!Array.isArray(content)) return [{ type: "input_text", text: jsonText(content, param) }];
  return content.flatMap((block, i) => shownParts(block, `${param}[${i}]`, notes));
}

/** What a user or a tool shows; a block that cannot be shown leaves a mark or a note. */
function shownParts(block: unknown, param: string, notes: Notes): Part[] {
  if (!isRecord(block)) return [];
  if (isText(block)) return [{ type: "input_text", text: block.text }];
  if (isImage(block)) return [imagePart(block, param, notes)];
  if (block.type === "tool_reference") {
    return [{ type: "input_text", text: `[tool loaded: ${String(block.tool_name)}]` }];
  }
  const text = documentText(block);
  if (text !== null) {
    if (!text.whole) {
      const message = "What is no text of a document was left out.";
      notes.push({ code: "document_omitted", param, message });
    }
    return [{ type: "input_text", text: text.text }];
  }
  drop(block, param, notes);
  return [];
}

function imagePart({ source }: ImageBlock, param: string, notes: Notes): Part {
  const { data, url, media_type } = source;
  if (typeof data === "string") {
    const type = media_type ?? "image/png";
    return { type: "input_image", image_url: `data:${type};base64,${data}` };
  }
  if (typeof url === "string" && /^https?:\/\//i.test(url)) {
    return { type: "input_image", image_url: url };
  }
  notes.push({ code: "image_omitted", param, message: "Chaski stores no images." });
  return { type: "input_text", text: "[image omitted: Chaski stores no files]" };
}

function drop(block: Block | Record<string, unknown>, param: string, notes: Notes): void {
  const message = `A block of type "${label(block.type)}" was left out.`;
  notes.push({ code: "block_dropped", param, message });
}

/** Encrypted pieces are of use to Anthropic's servers alone, and long. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("encrypted_"))
      .map(([key, member]) => [key, withoutSecrets(member)]),
  );
}

/** The texts of a system prompt or message; other blocks say nothing there. */
export function textsOf(content: string | Block[] | null | undefined): string[] {
  if (content == null) return [];
  if (typeof content === "string") return [content];
  return content.flatMap((block) => isText(block) ? [block.text] : []);
}

function isText(block: object): block is TextBlock {
  return "type" in block && block.type === "text" && "text" in block &&
    typeof block.text === "string";
}

function isImage(block: object): block is ImageBlock {
  return "type" in block && block.type === "image" && "source" in block && isRecord(block.source);
}

function isThinking(block: Block): block is ThinkingBlock {
  return block.type === "thinking";
}

function isCall(block: Block): block is CallBlock {
  return block.type === "tool_use" || block.type === "server_tool_use";
}

function isResult(block: Block): block is ResultBlock {
  return block.type === "tool_result";
}

/** What a tool of Anthropic's own servers returned (web_search_tool_result and others). */
function isServerResult(
  block: Block,
): block is { type: string; tool_use_id: string; content?: unknown } {
  return typeof block.type === "string" && block.type.endsWith("_tool_result") &&
    "tool_use_id" in block && typeof block.tool_use_id === "string";
}
