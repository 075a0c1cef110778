/**
 * A Messages request in the words of the Responses API, whose items can say all that its blocks
 * say: so both APIs share one translation, and one set of rules. Pure.
 */
import type { ChatRequest } from "../chat.ts";
import type { Note } from "../note.ts";
import type { Item } from "../responses/history/items.ts";
import type { CreateResponse } from "../responses/schema.ts";
import { systemUpdate } from "../system_text.ts";
import { OWN_EFFORT } from "../responses/reasoning.ts";
import { present } from "../responses/translation_context.ts";
import { assistantItems, textsOf, userItems } from "./blocks.ts";
import type { Message, MessagesRequest } from "./schema.ts";
import { toolChoiceOf, toolsOf, wantsOnlyWebSearch } from "./tools.ts";

/** A translated request. */
export interface TranslatedMessages {
  request: CreateResponse;
  /** What llama-server is told beside it. */
  chat: Pick<ChatRequest, "top_k" | "thinking_budget_tokens">;
  stopSequences: readonly string[];
  /** Whether thoughts are only kept in their signatures (`display: "omitted"`). */
  hidesThinking: boolean;
  /** What is said in the model's place; null where the model is asked. */
  instead: string | null;
  notes: Note[];
  /** A note on the translated request, in the words of the client's. */
  renamed: (note: Note) => Note;
}

/** A line that stands first in the system prompt, other in every session (Claude Code 2.1.330). */
const BILLING = /^x-anthropic-billing-header:[^\n]*\n?/;

function withoutBilling(text: string): string {
  return text.replace(BILLING, "");
}

const NO_WEB_SEARCH = "Web search is not available: this server runs no searches, so nothing was " +
  "searched and there are no results. Do not answer as if there were.";

/** @param cacheKey names the conversation, for llama-server's caches */
export function fromMessages(
  message: MessagesRequest,
  cacheKey: string | null,
): TranslatedMessages {
  const notes: Note[] = [];
  const input = inputOf(message.messages, notes);
  const { model, stream, temperature, top_p, top_k, max_tokens, thinking } = message;
  const system = textsOf(message.system).map(withoutBilling).filter((text) => text !== "");
  const { budget_tokens } = thinking?.type === "enabled" ? thinking : {};
  const budget = budget_tokens != null && budget_tokens >= 1 ? Math.floor(budget_tokens) : null;
  return {
    request: {
      model,
      stream,
      instructions: system.join("\n\n"),
      input: input.map(({ item }) => item),
      tools: toolsOf(message),
      tool_choice: toolChoiceOf(message),
      parallel_tool_calls: message.tool_choice?.disable_parallel_tool_use !== true,
      max_output_tokens: max_tokens,
      temperature,
      top_p,
      ...formatOf(message),
      reasoning: { effort: effortOf(message) },
      prompt_cache_key: cacheKey,
      store: false,
    },
    chat: present({ top_k, thinking_budget_tokens: budget }),
    stopSequences: message.stop_sequences ?? [],
    hidesThinking: thinking?.display === "omitted",
    instead: wantsOnlyWebSearch(message) ? NO_WEB_SEARCH : null,
    notes,
    renamed: (note) => ({ ...note, param: paramOf(note.param, input) }),
  };
}

/**
 * The items of all messages. Claude Code tells its skills, tools and surroundings behind the first
 * prompt; here they stand before it, so that sessions with other prompts begin alike.
 */
function inputOf(messages: readonly Message[], notes: Note[]): Placed[] {
  const [first, second] = messages;
  const told = messages.map((one, message) =>
    itemsOf(one, message, notes).map((item) => ({ item, message }))
  );
  if (first?.role !== "user" || second?.role !== "system") return told.flat();
  const text = textsOf(second.content).join("\n\n");
  const item: Item = { role: "user", content: systemUpdate(text) };
  const surroundings = text === "" ? [] : [{ item, message: 1 }];
  return [surroundings, told[0] ?? [], ...told.slice(2)].flat();
}

/** An item, and the index of the message that it comes from. */
interface Placed {
  item: Item;
  message: number;
}

/** Where what a note speaks of stands in the client's request. */
function paramOf(param: string, input: readonly Placed[]): string {
  const at = /^input\[(\d+)\]/.exec(param)?.[1];
  if (at !== undefined) return `messages[${input[Number(at)]?.message ?? 0}]`;
  return param.replace(/^(?:reasoning|text)\./, "output_config.");
}

function itemsOf({ role, content }: Message, i: number, notes: Note[]): Item[] {
  const path = `messages[${i}].content`;
  if (role === "user") return userItems(content, path, notes);
  if (role === "assistant") return assistantItems(content, path, notes);
  const text = textsOf(content).join("\n\n");
  return text === "" ? [] : [{ role: "system", content: text }];
}

/** Without a word on it, Anthropic's models do not think. */
function effortOf({ thinking, output_config }: MessagesRequest): string {
  const thinks = thinking?.type != null && thinking.type !== "disabled";
  return thinks ? output_config?.effort ?? OWN_EFFORT : "none";
}

function formatOf({ output_config, output_format }: MessagesRequest): Pick<CreateResponse, "text"> {
  const format = output_config?.format ?? output_format;
  if (format?.type !== "json_schema" || format.schema == null) return {};
  return { text: { format: { type: "json_schema", schema: format.schema, strict: true } } };
}
