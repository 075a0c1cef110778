/**
 * What the chat request says about tools: which are offered, and how the model may choose.
 */
import type { ChatRequest } from "../../chat.ts";
import type { CreateResponse } from "../schema.ts";
import { present } from "../translation_context.ts";
import { chooseTools } from "./choice.ts";
import type { OfferedTool } from "./tool_set.ts";

/** The chat fields, and the tools that stay after the choice. */
export interface ToolFields {
  fields: Pick<ChatRequest, "tools" | "tool_choice" | "parallel_tool_calls">;
  callable: readonly OfferedTool[];
}

/**
 * The chat fields for `tools`, `tool_choice` and `parallel_tool_calls`; none of them where no tool
 * is left, since llama-server is not to be told how to choose among nothing.
 *
 * @throws {ApiError} 400, `param` `tool_choice`, for a choice that cannot be made.
 */
export function toolFields(
  offered: readonly OfferedTool[],
  { tool_choice: choice, parallel_tool_calls }: CreateResponse,
): ToolFields {
  const { tools, tool_choice } = chooseTools(offered, choice);
  if (tools.length === 0) return { fields: {}, callable: [] };
  const chats = tools.map(({ chat }) => chat);
  return {
    fields: { tools: chats, ...present({ tool_choice, parallel_tool_calls }) },
    callable: tool_choice === "none" ? [] : tools,
  };
}
