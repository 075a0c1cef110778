/**
 * Tool call arguments that llama-server and every chat template can read.
 *
 * llama-server parses replayed arguments and answers 500 for what is no JSON, for numbers beyond
 * a double and for lone surrogates; templates fail on anything but an object; and nesting of
 * 100,000 levels kills the process (all seen with 0.7.0).
 */

import { invalidRequest } from "./error.ts";

/** Deeper arguments are replayed as text. */
const MAX_DEPTH = 100;

/**
 * The text of a JSON object. An object that llama-server can read comes back byte for byte, since
 * it was generated that way and the prompt's prefix depends on it; nothing becomes `{}`; anything
 * else is kept whole as `{"_raw": text}`.
 */
export function argumentsText(text: string): string {
  if (text.trim() === "") return "{}";
  const value = parse(text);
  if (value === null) return "{}";
  if (typeof value === "object" && !Array.isArray(value) && readable(value)) return text;
  return rawArguments("_raw", text);
}

/** Plain text as a JSON object with one string. */
export function rawArguments(name: string, text: string): string {
  return JSON.stringify({ [name]: text.toWellFormed() });
}

/**
 * The JSON text of a decoded value; nothing is no text.
 *
 * @throws {ApiError} 400 where the value is nested beyond the stack.
 */
export function jsonText(value: unknown, param: string): string {
  if (value == null) return "";
  try {
    return JSON.stringify(value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw invalidRequest(`Cannot read ${param}: it is nested too deeply`, param);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Walks with a list of its own: a client may nest deeper than the stack reaches. */
function readable(root: object): boolean {
  const pending: [unknown, number][] = [[root, 0]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next;
    if (typeof value === "number" && !Number.isFinite(value)) return false;
    if (typeof value === "string" && !value.isWellFormed()) return false;
    if (typeof value !== "object" || value === null) continue;
    if (depth >= MAX_DEPTH || !Object.keys(value).every((key) => key.isWellFormed())) return false;
    for (const member of Object.values(value)) pending.push([member, depth + 1]);
  }
  return true;
}
