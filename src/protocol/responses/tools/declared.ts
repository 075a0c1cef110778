/**
 * Every tool that a request declares, wherever it stands: in `tools`, in items that add tools
 * (Codex's Responses Lite) or that have found some (tool_search), and inside namespaces.
 */
import { isKnown, type Item, type KnownItem } from "../history/items.ts";
import {
  type CustomTool,
  type FunctionTool,
  isInnerTool,
  isKnownTool,
  type KnownTool,
  type NamespaceTool,
  type Tool,
} from "./schema.ts";

/** A tool with the namespace that it lives in. */
export interface DeclaredTool {
  /** Its path in the request. */
  param: string;
  namespace: string | null;
  /** What the namespace is for; on its first tool only. */
  purpose: string;
  tool: FunctionTool | CustomTool | Exclude<KnownTool, NamespaceTool>;
}

/** A tool of a type that the model cannot be offered. */
export interface ForeignTool {
  param: string;
  foreign: { type?: unknown; name?: unknown };
}

/**
 * Tools in their order: the request's own, then those of its items. The order decides which of two
 * equal names is kept, so what comes later never renames what came before.
 */
export function declaredTools(
  tools: readonly Tool[],
  items: readonly Item[],
): (DeclaredTool | ForeignTool)[] {
  return [
    ...declaredIn(tools, "tools"),
    ...items.flatMap((item, i) =>
      addsTools(item) ? declaredIn(item.tools ?? [], `input[${i}].tools`) : []
    ),
  ];
}

function addsTools(item: Item): item is Extract<KnownItem, { tools?: unknown }> {
  return isKnown(item) &&
    (item.type === "additional_tools" || item.type === "tool_search_output");
}

function declaredIn(tools: readonly Tool[], param: string): (DeclaredTool | ForeignTool)[] {
  return tools.flatMap((tool, i) => {
    const path = `${param}[${i}]`;
    if (!isKnownTool(tool) || isHosted(tool)) return [{ param: path, foreign: tool }];
    if (tool.type === "namespace") return inNamespace(tool, path);
    return [{ param: path, namespace: null, purpose: "", tool }];
  });
}

/** A search or a shell that the service itself would run. */
function isHosted(tool: KnownTool): boolean {
  if (tool.type === "tool_search") return tool.execution !== "client";
  return tool.type === "shell" && tool.environment != null && tool.environment.type !== "local";
}

function inNamespace(
  { name, description, tools }: NamespaceTool,
  param: string,
): (DeclaredTool | ForeignTool)[] {
  return (tools ?? []).map((tool, i) => {
    const path = `${param}.tools[${i}]`;
    if (!isInnerTool(tool)) return { param: path, foreign: tool };
    const purpose = i === 0 ? description?.trim() ?? "" : "";
    return { param: path, namespace: name, purpose, tool };
  });
}
