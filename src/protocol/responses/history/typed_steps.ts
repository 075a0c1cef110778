/**
 * Calls of tools that OpenAI's models know by their type, as calls of the functions that stand for
 * them (tools/typed_tools.ts), and what they returned.
 */
import { isRecord } from "../../record.ts";
import { jsonText } from "../../tool_arguments.ts";
import { declaredTools } from "../tools/declared.ts";
import { TYPED_TOOLS } from "../tools/typed_tools.ts";
import type { Context } from "../translation_context.ts";
import type { TypedItem } from "./items.ts";
import type { CallStep, OutputStep } from "./step_types.ts";

type Key = string | null | undefined;

/** How steps are made; a key is the client's call id. */
export interface StepMakers {
  called(key: Key, name: string, argumentsText: string): CallStep;
  returned(key: Key, output: string | null | undefined): OutputStep;
}

/**
 * The one step of such an item.
 *
 * @throws {ApiError} 400 for a value that is nested beyond the stack.
 */
export function typedSteps(
  item: TypedItem,
  param: string,
  context: Context,
  { called, returned }: StepMakers,
): [CallStep | OutputStep] {
  const calledAs = (kind: keyof typeof TYPED_TOOLS, key: Key, fields: unknown, name: string) =>
    called(key, context.nameOf(null, TYPED_TOOLS[kind].name), anyText(fields, `${param}.${name}`));
  const output = (value: unknown) => anyText(value, `${param}.output`);
  switch (item.type) {
    case "local_shell_call":
      return [calledAs("local_shell", item.call_id ?? item.id, bare(item.action), "action")];
    case "shell_call":
      return [calledAs("shell", item.call_id, bare(item.action), "action")];
    case "apply_patch_call":
      return [calledAs("apply_patch", item.call_id, item.operation, "operation")];
    case "tool_search_call":
      return [calledAs("tool_search", item.call_id, item.arguments, "arguments")];
    case "local_shell_call_output":
      return [returned(item.call_id ?? item.id, output(item.output))];
    case "shell_call_output":
      return [returned(item.call_id, output(item.output))];
    case "apply_patch_call_output":
      return [returned(item.call_id, item.output || item.status)];
    case "tool_search_output":
      return [returned(item.call_id, found(item.tools ?? [], context))];
  }
}

/** An action as the model wrote it: without the fields that only the item's form adds. */
function bare(action: Record<string, unknown> | null | undefined): unknown {
  if (action == null) return action;
  const own = Object.entries(action).filter(([key, value]) =>
    value != null && !(key === "type" && value === "exec") &&
    !(key === "env" && isRecord(value) && Object.keys(value).length === 0)
  );
  return Object.fromEntries(own);
}

/** The tools themselves are offered like all others; the model only has to learn their names. */
function found(tools: Parameters<typeof declaredTools>[0], context: Context): string {
  const lines = declaredTools(tools, []).flatMap((declared) => {
    if ("foreign" in declared || !("name" in declared.tool)) return [];
    const { name, description } = declared.tool;
    const about = description?.trim().split("\n", 1)[0] ?? "";
    return [`- ${context.nameOf(declared.namespace, name)}${about === "" ? "" : `: ${about}`}`];
  });
  return lines.length === 0 ? "No tools were found." : `Found; call by name:\n${lines.join("\n")}`;
}

/** A value of any type as text; strings as they are, nothing as no text. */
export function anyText(value: unknown, param: string): string {
  return typeof value === "string" ? value : jsonText(value, param);
}
