/**
 * `tool_choice`: whether the model must, may or must not call a tool, and which.
 */
import type { ChatTool, ChatToolChoice } from "../../chat.ts";
import { invalidRequest } from "../../error.ts";
import { label } from "../translation_context.ts";
import type { AllowedTools, ForcedFunction, ToolChoice } from "./schema.ts";

/** The tools that stay in the prompt, and llama-server's word for the choice. */
export interface Choice {
  tools: ChatTool[];
  tool_choice?: ChatToolChoice;
}

/**
 * Applies the choice to the offered tools. llama-server cannot restrict a choice to some of them,
 * so `allowed_tools` shortens the list, at the price of the prompt's cached prefix.
 *
 * @throws {ApiError} 400, `param` `tool_choice`, where a tool is demanded that is not offered.
 */
export function chooseTools(tools: ChatTool[], choice: ToolChoice | null | undefined): Choice {
  if (choice == null) return { tools };
  if (typeof choice === "string") return chooseMode(tools, choice);
  if (isForcedFunction(choice)) return forceFunction(tools, choice);
  if (isAllowedTools(choice)) return allowTools(tools, choice);
  throw refusal(`tools of type "${label(choice.type)}" are not offered to the model`);
}

function chooseMode(tools: ChatTool[], mode: "none" | "auto" | "required"): Choice {
  if (tools.length > 0) return { tools, tool_choice: mode };
  if (mode === "required") throw refusal("no tool is offered to the model");
  return { tools };
}

/** llama-server takes a named function for `auto` (0.7.0), so it becomes the only one. */
function forceFunction(tools: ChatTool[], choice: ForcedFunction): Choice {
  const name = choice.name ?? choice.function?.name;
  if (name == null) {
    throw invalidRequest("Cannot force a tool: name is missing", "tool_choice.name");
  }
  const named = tools.filter((tool) => tool.function.name === name);
  if (named.length === 0) throw refusal(`no function "${label(name)}" is offered to the model`);
  return { tools: named, tool_choice: "required" };
}

function allowTools(tools: ChatTool[], choice: AllowedTools): Choice {
  const names = new Set(
    choice.tools.filter((tool) => tool.type === "function").map((tool) => tool.name),
  );
  const allowed = tools.filter((tool) => names.has(tool.function.name));
  return chooseMode(allowed, choice.mode ?? "auto");
}

function refusal(reason: string): Error {
  return invalidRequest(`Cannot force a tool: ${reason}`, "tool_choice");
}

function isForcedFunction(choice: Exclude<ToolChoice, string>): choice is ForcedFunction {
  return choice.type === "function";
}

function isAllowedTools(choice: Exclude<ToolChoice, string>): choice is AllowedTools {
  return choice.type === "allowed_tools";
}
