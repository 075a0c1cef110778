/**
 * The tools that the model is offered, and the way back from its words to the client's.
 */
import type { ChatTool } from "../../chat.ts";
import { customToolDescription } from "../../custom_text/description.ts";
import { grammarSafe } from "../../json_schema.ts";
import { textFormat, workForExamples } from "../../text_format/text_format.ts";
import type { Work } from "../../text_format/walk.ts";
import type { Item } from "../history/items.ts";
import { type Context, label, note, present } from "../translation_context.ts";
import { type CallForm, CUSTOM_FIELD } from "./call_form.ts";
import { type DeclaredTool, declaredTools, type ForeignTool } from "./declared.ts";
import { flatName, nameGiver } from "./names.ts";
import type { CustomTool, FunctionTool, Tool } from "./schema.ts";
import { TYPED_TOOLS } from "./typed_tools.ts";

type Notes = Pick<Context, "notes">;

/** A function for llama-server, and the form in which its calls are given back. */
export interface OfferedTool {
  chat: ChatTool;
  form: CallForm;
}

export interface ToolSet {
  /** In the order of their declaration. */
  offered: readonly OfferedTool[];
  /** What a call of the history is named upstream, also where its tool is not offered any more. */
  nameOf(namespace: string | null | undefined, name: string): string;
}

/** Collects what is declared, the first of a name only; what is not offered leaves a note. */
export function toolSet(
  tools: readonly Tool[],
  items: readonly Item[],
  context: Notes,
): ToolSet {
  const offered = new Map<string, OfferedTool>();
  const give = nameGiver();
  const work = workForExamples();
  for (const declared of declaredTools(tools, items)) {
    if ("foreign" in declared) {
      noteForeign(declared, context);
      continue;
    }
    const name = nameIn(declared.tool);
    const key = identity(declared.namespace, name);
    if (offered.has(key)) {
      const message = `The tool "${label(name)}" is declared twice; the first one counts.`;
      note(context, "tool_duplicate", declared.param, message);
    } else offered.set(key, offer(declared, { give, work, context }));
  }
  return {
    offered: [...offered.values()],
    nameOf: (namespace, name) =>
      offered.get(identity(namespace || null, name))?.chat.function.name ??
        (namespace ? flatName(namespace, name) : name),
  };
}

function identity(namespace: string | null, name: string): string {
  return JSON.stringify([namespace, name]);
}

function nameIn(tool: DeclaredTool["tool"]): string {
  return "name" in tool ? tool.name : TYPED_TOOLS[tool.type].name;
}

function noteForeign({ foreign, param }: ForeignTool, context: Notes): void {
  const name = `"${label(foreign.name)}" of type "${label(foreign.type)}"`;
  note(context, "tool_not_offered", param, `The tool ${name} is not offered to the model.`);
}

/** A tool as a function, before it has its name. */
interface Wanted {
  name: string;
  description?: string | null | undefined;
  parameters?: unknown;
  strict?: boolean | null | undefined;
  form: CallForm;
}

/** What is shared by all tools of a request. */
interface Offering {
  give: (name: string) => string;
  work: Work;
  context: Notes;
}

function offer(
  { tool, namespace, purpose, param }: DeclaredTool,
  { give, work, context }: Offering,
): OfferedTool {
  const { name, description, parameters, strict, form } = wanted(tool, namespace, work);
  const safe = grammarSafe(parameters);
  if (safe !== parameters) {
    const message = "Keywords that llama.cpp cannot compile were left out of the schema.";
    note(context, "schema_simplified", `${param}.parameters`, message);
  }
  // A function's name without a namespace is plain, and stays as it is.
  const plain = namespace === null && tool.type === "function";
  const flat = give(plain ? name : flatName(namespace, name));
  const about = purpose === "" ? description : `[${namespace}: ${purpose}] ${description ?? ""}`;
  const described = { description: about?.toWellFormed(), parameters: safe, strict };
  return { chat: { type: "function", function: { name: flat, ...present(described) } }, form };
}

function wanted(tool: DeclaredTool["tool"], namespace: string | null, work: Work): Wanted {
  if (tool.type === "function") return wantedFunction(tool, namespace);
  if (tool.type === "custom") return wantedCustom(tool, namespace, work);
  const own = tool.type === "tool_search"
    ? present({ description: tool.description, parameters: tool.parameters })
    : {};
  return { ...TYPED_TOOLS[tool.type], ...own, form: { kind: tool.type } };
}

function wantedFunction(tool: FunctionTool, namespace: string | null): Wanted {
  const { name, description, parameters, strict } = tool;
  return { name, description, parameters, strict, form: { kind: "function", name, namespace } };
}

function wantedCustom(tool: CustomTool, namespace: string | null, work: Work): Wanted {
  const { name, description } = tool;
  const format = textFormat(tool.format);
  return {
    name,
    description: customToolDescription({ description, format }, work),
    parameters: CUSTOM_PARAMETERS,
    form: { kind: "custom", name, namespace, format },
  };
}

/** llama-server takes no grammar beside tools (400, 0.7.0): the text is one string. */
const CUSTOM_PARAMETERS = {
  type: "object",
  properties: { [CUSTOM_FIELD]: { type: "string" } },
  required: [CUSTOM_FIELD],
  additionalProperties: false,
};
