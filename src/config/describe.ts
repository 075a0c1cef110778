/**
 * A setting's type in words, read off its schema.
 */

import { z } from "zod";
import type { KeyedSetting } from "./setting.ts";

/** The schema below `.default()` and `.optional()`. */
function inner(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
    ? inner(schema.unwrap())
    : schema;
}

/** How the text of a flag or a variable is to be read. */
export function kindOf(setting: KeyedSetting): "text" | "number" | "boolean" | "list" {
  const schema = inner(setting.schema);
  if (schema instanceof z.ZodNumber) return "number";
  if (schema instanceof z.ZodArray) return "list";
  return schema instanceof z.ZodBoolean ? "boolean" : "text";
}

/** What a setting accepts, as the rest of a sentence: `a whole number from 0 to 65535`. */
export function expects(setting: KeyedSetting): string {
  const schema = inner(setting.schema);
  if (schema instanceof z.ZodBoolean) return "true or false";
  if (schema instanceof z.ZodNumber) {
    const range = `from ${schema.minValue} to ${schema.maxValue}`;
    return `${schema.format === "safeint" ? "a whole number" : "a number"} ${range}`;
  }
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const words = (schema instanceof z.ZodEnum ? schema.options : [...schema.values]).map(String);
    const last = words.pop();
    return words.length > 0 ? `${words.join(", ")} or ${last}` : `${last}`;
  }
  if (schema instanceof z.ZodArray) return setting.isPath ? "a list of paths" : "a list of texts";
  return setting.isPath ? "a path" : "text";
}

/** The default as a person reads it: a value, the schema's words for it, or `none`. */
export function defaultOf(setting: KeyedSetting): string {
  const value = setting.schema.parse(undefined);
  // An empty list is none, too.
  return setting.fallback ?? (String(value ?? "") || "none");
}
