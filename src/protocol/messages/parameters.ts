/**
 * Parameters that a tool does not have. Small models invent some, and Claude Code refuses the whole
 * call for one (InputValidationError, 2.1.330).
 */
import { isRecord } from "../record.ts";
import type { ChatTool } from "../chat.ts";

/** Frees a call's arguments, the text of a JSON object, of what its tool does not know. */
export type Trim = (args: string) => string;

/** A tool's trimmer; null for one that takes further parameters, or says nothing about them. */
export function trimmerOf({ function: { parameters } }: ChatTool): Trim | null {
  if (!isRecord(parameters) || parameters.additionalProperties !== false) return null;
  const { properties } = parameters;
  // What a pattern or a combination allows is not looked into.
  if (!isRecord(properties) || OPEN.some((word) => word in parameters)) return null;
  return (args) => trimmed(args, properties);
}

const OPEN = ["patternProperties", "$ref", "anyOf", "oneOf", "allOf"];

function trimmed(args: string, known: object): string {
  const value = parsed(args);
  if (!isRecord(value)) return args;
  const members = Object.entries(value);
  const kept = members.filter(([name]) => Object.hasOwn(known, name));
  return kept.length === members.length ? args : JSON.stringify(Object.fromEntries(kept));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
