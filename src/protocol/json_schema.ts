/**
 * JSON schemas made fit for llama.cpp, which compiles them to grammars and refuses the whole
 * request for a keyword it cannot compile (seen with 0.7.0; older ones want anchored patterns too).
 */

import { isRecord } from "./record.ts";

/** Keywords that hold one schema or a list of schemas. */
const NESTED = new Set([
  "additionalItems",
  "additionalProperties",
  "allOf",
  "anyOf",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "oneOf",
  "prefixItems",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** Keywords that hold schemas under free names: a key in there is a name, never a keyword. */
const NAMED = new Set([
  "$defs",
  "definitions",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** Where a boolean schema is fine; elsewhere llama.cpp insists on an object. */
const BOOLEAN = new Set(["additionalProperties", "unevaluatedProperties", "unevaluatedItems"]);

/** The largest bounds that still compile; a grammar repeats a rule at most 2,000 times. */
const BOUNDS = new Map([
  ["minItems", 2000],
  ["maxItems", 1999],
  ["minLength", 2000],
  ["maxLength", 2000],
]);

/** Schemas nested deeper pass unchanged: no real one is, and the walk must not exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * The schema without what llama.cpp cannot compile: patterns that are unanchored or no regular
 * expression, bounds above 2,000 or no whole number. They are dropped, not capped: a wider schema
 * is still true of every valid value. Boolean schemas become objects, arrays without `items` get
 * `{}` (gpt-oss's template fails on them). The same object comes back when nothing must change.
 */
export function grammarSafe(schema: unknown): unknown {
  return walk(schema, 0);
}

function walk(schema: unknown, depth: number): unknown {
  if (!isRecord(schema) || depth > MAX_DEPTH) return schema;
  const entries: [string, unknown][] = [];
  let changed = false;
  for (const [key, value] of Object.entries(schema)) {
    if (!compiles(key, value)) {
      changed = true;
      continue;
    }
    const safe = walkKeyword(key, value, depth + 1);
    changed ||= safe !== value;
    entries.push([key, safe]);
  }
  if (schema.type === "array" && schema.items === undefined) {
    changed = true;
    entries.push(["items", {}]);
  }
  return changed ? Object.fromEntries(entries) : schema;
}

function walkKeyword(key: string, value: unknown, depth: number): unknown {
  if (NAMED.has(key)) return walkNamed(value, depth);
  if (!NESTED.has(key)) return value;
  if (Array.isArray(value)) return walkList(value, depth);
  return BOOLEAN.has(key) ? walk(value, depth) : walk(asObject(value), depth);
}

function walkNamed(value: unknown, depth: number): unknown {
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  const safe = entries.map(([name, schema]) => [name, walk(asObject(schema), depth)] as const);
  return safe.some(([, schema], i) => schema !== entries[i]?.[1])
    ? Object.fromEntries(safe)
    : value;
}

function walkList(list: unknown[], depth: number): unknown[] {
  const safe = list.map((schema) => walk(asObject(schema), depth));
  return safe.some((schema, i) => schema !== list[i]) ? safe : list;
}

/** `true` allows anything and `false` nothing; both can be said with an object. */
function asObject(schema: unknown): unknown {
  if (schema === true) return {};
  return schema === false ? { not: {} } : schema;
}

function compiles(key: string, value: unknown): boolean {
  if (key === "pattern") return typeof value === "string" && patternCompiles(value);
  const limit = BOUNDS.get(key);
  if (limit === undefined) return true;
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= limit;
}

function patternCompiles(pattern: string): boolean {
  // The last `$` counts as an anchor only where no backslash takes it.
  if (!/^\^(?:[^\\]|\\[^])*\$$/.test(pattern)) return false;
  for (const [, least, most] of pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Math.max(Number(least), Number(most ?? 0)) > 2000) return false;
  }
  try {
    return RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}
