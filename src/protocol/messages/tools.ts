/** Tools and the choice among them, in the words of the Responses API. */
import type { Tool, ToolChoice } from "../responses/tools/schema.ts";
import { isRecord } from "../record.ts";
import type { Untagged } from "../tagged.ts";
import { isOwnTool, type MessagesRequest, type OwnTool } from "./schema.ts";

/** Claude Code declares it to keep a feature on, and says itself never to call it (2.1.330). */
const PLACEHOLDER = "DeferredToolPlaceholder";

/**
 * The tools in an order that a conversation keeps: those that were found by a search come last, as
 * they were found. Claude Code puts them anywhere, and with them the prompt's beginning would
 * change, which templates make of the tools.
 */
export function toolsOf({ tools, messages }: MessagesRequest): Tool[] {
  const found = foundTools(messages);
  const rank = (tool: OwnTool | Untagged) =>
    tool.defer_loading !== true ? -1 : found.get(String(tool.name)) ?? found.size;
  return (tools ?? [])
    .filter(({ name }) => name !== PLACEHOLDER)
    .sort((a, b) => rank(a) - rank(b))
    .map(asFunction);
}

/** Names of the tools that searches have found, with their place. */
function foundTools(messages: MessagesRequest["messages"]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { content } of messages) {
    for (const block of typeof content === "string" ? [] : content) {
      if (block.type !== "tool_result" || !Array.isArray(block.content)) continue;
      for (const part of block.content) {
        if (!isRecord(part) || part.type !== "tool_reference") continue;
        const name = String(part.tool_name);
        if (!found.has(name)) found.set(name, found.size);
      }
    }
  }
  return found;
}

function asFunction(tool: OwnTool | Untagged): Tool {
  if (!isOwnTool(tool)) return { type: String(tool.type), name: tool.name };
  const { name, description, input_schema: parameters, strict } = tool;
  return { type: "function", name, description, parameters, strict };
}

/**
 * Whether all that is wanted is a search on the web by the server, which Chaski does not do: a model
 * asked without the tool would invent what it found.
 */
export function wantsOnlyWebSearch({ tools }: MessagesRequest): boolean {
  return tools != null && tools.length > 0 &&
    tools.every(({ type }) => typeof type === "string" && type.startsWith("web_search_"));
}

/** `any` is `required`; a choice of an unknown type leaves it to the model. */
export function toolChoiceOf({ tool_choice, tools }: MessagesRequest): ToolChoice | null {
  if (tool_choice == null || tools == null || tools.length === 0) return null;
  const { type, name } = tool_choice;
  if (type === "tool") return { type: "function", name };
  if (type === "any") return "required";
  return type === "none" ? "none" : "auto";
}
