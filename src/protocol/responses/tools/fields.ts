/**
 * Which of the declared tools the model is offered, and how it may choose among them.
 */
import type { ChatRequest, ChatTool } from "../../chat.ts";
import { grammarSafe } from "../../json_schema.ts";
import { isKnown, type Item, type KnownItem } from "../history/items.ts";
import { type Context, label, note, present } from "../translation_context.ts";
import type { CreateResponse } from "../schema.ts";
import { chooseTools } from "./choice.ts";
import { type FunctionTool, isFunctionTool, type Tool } from "./schema.ts";

/**
 * The chat fields for `tools`, `tool_choice` and `parallel_tool_calls`; none of them where no tool
 * is left, since llama-server is not to be told how to choose among nothing.
 *
 * @throws {ApiError} 400, `param` `tool_choice`, for a choice that cannot be made.
 */
export function toolFields(
  request: CreateResponse,
  context: Context,
): Pick<ChatRequest, "tools" | "tool_choice" | "parallel_tool_calls"> {
  const { tools, tool_choice } = chooseTools(offeredTools(request, context), request.tool_choice);
  if (tools.length === 0) return {};
  const { parallel_tool_calls } = request;
  return { tools, ...present({ tool_choice, parallel_tool_calls }) };
}

/** Functions in their order, the first of a name only; what is not offered leaves a note. */
function offeredTools(request: CreateResponse, context: Context): ChatTool[] {
  const offered = new Map<string, ChatTool>();
  for (const [tool, param] of declaredTools(request)) {
    if (!isFunctionTool(tool)) {
      const name = `"${label(tool.name)}" of type "${label(tool.type)}"`;
      note(context, "tool_not_offered", param, `The tool ${name} is not offered to the model.`);
    } else if (offered.has(tool.name)) {
      const message = `The tool "${tool.name}" is declared twice; the first one counts.`;
      note(context, "tool_duplicate", param, message);
    } else offered.set(tool.name, chatTool(tool, param, context));
  }
  return [...offered.values()];
}

/** The request's tools, then those that input items add, each with its path. */
function declaredTools(request: CreateResponse): [Tool, string][] {
  const listed = (tools: Tool[] | null | undefined, param: string) =>
    (tools ?? []).map((tool, i): [Tool, string] => [tool, `${param}[${i}]`]);
  const items = typeof request.input === "string" ? [] : request.input ?? [];
  const added = items.flatMap((item, i) =>
    addsTools(item) ? listed(item.tools, `input[${i}].tools`) : []
  );
  return [...listed(request.tools, "tools"), ...added];
}

function addsTools(item: Item): item is Extract<KnownItem, { tools?: unknown }> {
  return isKnown(item) &&
    (item.type === "additional_tools" || item.type === "tool_search_output");
}

function chatTool(tool: FunctionTool, param: string, context: Context): ChatTool {
  const { name, description, strict } = tool;
  const parameters = grammarSafe(tool.parameters);
  if (parameters !== tool.parameters) {
    const message = "Keywords that llama.cpp cannot compile were left out of the schema.";
    note(context, "schema_simplified", `${param}.parameters`, message);
  }
  return {
    type: "function",
    function: {
      name,
      ...present({ description: description?.toWellFormed(), parameters, strict }),
    },
  };
}
