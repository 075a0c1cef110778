/**
 * `tool_choice`: whether the model must, may or must not call a tool, and which.
 */
import type { ChatToolChoice } from "../../chat.ts";
import { invalidRequest } from "../../error.ts";
import { label } from "../translation_context.ts";
import type { AllowedTools, ToolChoice } from "./schema.ts";
import type { OfferedTool } from "./tool_set.ts";

/** The tools that stay in the prompt, and llama-server's word for the choice. */
export interface Choice {
  tools: readonly OfferedTool[];
  tool_choice?: ChatToolChoice;
}

/** One tool as a choice names it: by its names, or by a type that says all. */
interface Named {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly function?: unknown;
}

/**
 * Applies the choice to the offered tools. llama-server cannot restrict a choice to some of them,
 * so `allowed_tools` shortens the list, at the price of the prompt's cached prefix.
 *
 * @throws {ApiError} 400, `param` `tool_choice`, where a tool is demanded that is not offered.
 */
export function chooseTools(
  tools: readonly OfferedTool[],
  choice: ToolChoice | null | undefined,
): Choice {
  if (choice == null) return { tools };
  if (typeof choice === "string") return chooseMode(tools, choice);
  return isAllowedTools(choice) ? allowTools(tools, choice) : forceTool(tools, choice);
}

function chooseMode(tools: readonly OfferedTool[], mode: "none" | "auto" | "required"): Choice {
  if (tools.length > 0) return { tools, tool_choice: mode };
  if (mode === "required") throw refusal("no tool is offered to the model");
  return { tools };
}

/** llama-server takes a named function for `auto` (0.7.0), so it becomes the only one. */
function forceTool(tools: readonly OfferedTool[], choice: Named): Choice {
  const named = tools.find((tool) => keysOf(tool).includes(keyOf(choice)));
  if (named !== undefined) return { tools: [named], tool_choice: "required" };
  if (choice.type !== "function" && choice.type !== "custom") {
    throw refusal(`tools of type "${label(choice.type)}" are not offered to the model`);
  }
  const name = nameOf(choice);
  if (name == null) {
    throw invalidRequest("Cannot force a tool: name is missing", "tool_choice.name");
  }
  throw refusal(`no ${choice.type} "${label(name)}" is offered to the model`);
}

function allowTools(tools: readonly OfferedTool[], { tools: listed, mode }: AllowedTools): Choice {
  const meant = new Set(listed.map(keyOf));
  const allowed = tools.filter((tool) => keysOf(tool).some((key) => meant.has(key)));
  return chooseMode(allowed, mode ?? "auto");
}

/**
 * What a choice may call a tool: a function by its own name or, in a namespace, by the flat one, or
 * with all others of its namespace.
 */
function keysOf({ form, chat }: OfferedTool): string[] {
  if (form.kind !== "function" && form.kind !== "custom") return [keyOf({ type: form.kind })];
  const { kind: type, name, namespace } = form;
  return [
    keyOf({ type, name, namespace }),
    keyOf({ type, name: chat.function.name }),
    ...namespace === null ? [] : [keyOf({ type: "namespace", name: namespace })],
  ];
}

function keyOf(named: Named): string {
  const { type, namespace } = named;
  const byName = type === "function" || type === "custom" || type === "namespace";
  return JSON.stringify(byName ? [type, nameOf(named), namespace ?? null] : [type]);
}

/** Chat Completions' clients put the name one level deeper. */
function nameOf({ name, function: nested }: Named): unknown {
  if (name != null || typeof nested !== "object" || nested === null) return name;
  return "name" in nested ? nested.name : undefined;
}

function refusal(reason: string): Error {
  return invalidRequest(`Cannot force a tool: ${reason}`, "tool_choice");
}

function isAllowedTools(choice: Exclude<ToolChoice, string>): choice is AllowedTools {
  return choice.type === "allowed_tools";
}
