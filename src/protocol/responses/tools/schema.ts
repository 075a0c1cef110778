/**
 * Tools and the choice among them, as clients declare them.
 */
import { z } from "zod";
import { chosen, tagged, type Untagged } from "../../tagged.ts";

const text = z.string().nullish();
// Loose, and checked only: the model reads the schema in the client's order of keys.
const parameters = z.looseObject({}).nullish();

const functionTool = z.object({
  type: z.literal("function"),
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, {
    error: "expected 1 to 128 letters, digits, underscores, dots or dashes",
  }),
  description: text,
  parameters,
  strict: z.boolean().nullish(),
});

/** Names inside a namespace come from other programs (MCP servers): anything short goes. */
const innerName = z.string().min(1).max(256);
const innerFunction = z.object({ ...functionTool.shape, name: innerName });

const customTool = z.object({
  type: z.literal("custom"),
  name: innerName,
  description: text,
  // Read where it is used: a format that is not understood only goes unchecked.
  format: z.unknown().optional(),
});

const innerTool = tagged({ function: innerFunction, custom: customTool });

const namespaceTool = z.object({
  type: z.literal("namespace"),
  name: innerName,
  description: text,
  tools: z.array(innerTool).nullish(),
});

const toolSearch = z.object({
  type: z.literal("tool_search"),
  execution: text,
  description: text,
  parameters,
});

const shellTool = z.object({
  type: z.literal("shell"),
  environment: z.looseObject({ type: text }).nullish(),
});

const known = {
  function: functionTool,
  custom: customTool,
  namespace: namespaceTool,
  tool_search: toolSearch,
  shell: shellTool,
  local_shell: z.object({ type: z.literal("local_shell") }),
  apply_patch: z.object({ type: z.literal("apply_patch") }),
} as const;

/** A tool of a listed type must fit; a tool of any other type passes. */
export const tool = tagged(known);

export type Tool = z.output<typeof tool>;
/** A tool of one of the listed types: always tagged. */
export type KnownTool = z.output<(typeof known)[keyof typeof known]>;
export type FunctionTool = z.output<typeof functionTool>;
export type CustomTool = z.output<typeof customTool>;
export type NamespaceTool = z.output<typeof namespaceTool>;
export type InnerTool = z.output<typeof innerTool>;

/** Whether a schema above is listed for the tool's type. */
export function isKnownTool(value: Tool): value is KnownTool {
  return typeof value.type === "string" && Object.hasOwn(known, value.type);
}

/** Tells functions and custom tools of a namespace from what else may stand there. */
export function isInnerTool(value: InnerTool): value is FunctionTool | CustomTool {
  return value.type === "function" || value.type === "custom";
}

const name = z.string().min(1).nullish();

const forcedFunction = z.object({
  type: z.literal("function"),
  name,
  namespace: name,
  function: z.looseObject({ name }).nullish(),
});

const forcedCustom = z.object({ type: z.literal("custom"), name, namespace: name });

const allowedTools = z.object({
  type: z.literal("allowed_tools"),
  mode: z.enum(["auto", "required"]).nullish(),
  tools: z.array(z.looseObject({})),
});

const mode = z.enum(["none", "auto", "required"]);
const forced = tagged({
  function: forcedFunction,
  custom: forcedCustom,
  allowed_tools: allowedTools,
});

export type AllowedTools = z.output<typeof allowedTools>;
export type ToolChoice =
  | z.output<typeof mode>
  | z.output<typeof forcedFunction>
  | z.output<typeof forcedCustom>
  | AllowedTools
  | Untagged;

/** `none`, `auto`, `required`, one tool, a list of allowed tools, or an object passed as is. */
export const toolChoice: z.ZodType<ToolChoice> = chosen<ToolChoice>((value) =>
  typeof value === "string" ? mode : forced
);
