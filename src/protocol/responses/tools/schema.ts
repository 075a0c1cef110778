/**
 * Tools and the choice among them, as clients declare them.
 */
import { z } from "zod";
import { chosen, tagged, type Untagged } from "../../tagged.ts";

const functionTool = z.object({
  type: z.literal("function"),
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, {
    error: "expected 1 to 128 letters, digits, underscores, dots or dashes",
  }),
  description: z.string().nullish(),
  // Loose, and checked only: the model reads the schema in the client's order of keys.
  parameters: z.looseObject({}).nullish(),
  strict: z.boolean().nullish(),
});

/** A function must fit; a tool of any other type passes. */
export const tool = tagged({ function: functionTool });

export type Tool = z.output<typeof tool>;
export type FunctionTool = z.output<typeof functionTool>;

/** Tells a function from tools of other types. */
export function isFunctionTool(value: Tool): value is FunctionTool {
  return value.type === "function";
}

const name = z.string().min(1).nullish();

const forcedFunction = z.object({
  type: z.literal("function"),
  name,
  function: z.looseObject({ name }).nullish(),
});

const allowedTools = z.object({
  type: z.literal("allowed_tools"),
  mode: z.enum(["auto", "required"]).nullish(),
  tools: z.array(z.looseObject({})),
});

const mode = z.enum(["none", "auto", "required"]);
const forced = tagged({ function: forcedFunction, allowed_tools: allowedTools });

export type ForcedFunction = z.output<typeof forcedFunction>;
export type AllowedTools = z.output<typeof allowedTools>;
export type ToolChoice = z.output<typeof mode> | ForcedFunction | AllowedTools | Untagged;

/** `none`, `auto`, `required`, one function, a list of allowed tools, or an object passed as is. */
export const toolChoice: z.ZodType<ToolChoice> = chosen<ToolChoice>((value) =>
  typeof value === "string" ? mode : forced
);
