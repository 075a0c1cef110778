/**
 * The text of a custom tool out of the arguments of the function that stands for it.
 */
import { isRecord } from "../../record.ts";
import { CUSTOM_FIELD } from "../tools/call_form.ts";

/**
 * The text, also of arguments that are cut off; where the model named the field otherwise, the only
 * string there is. Arguments that hold no such text are the text.
 */
export function customInput(args: string): string {
  const value = parse(args);
  if (value === undefined) return cutInput(args) ?? args;
  if (typeof value === "string") return value;
  if (!isRecord(value)) return args;
  const named = value[CUSTOM_FIELD];
  if (typeof named === "string") return named;
  const [only, ...others] = Object.values(value);
  return typeof only === "string" && others.length === 0 ? only : args;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const OPENING = new RegExp(`^\\s*\\{\\s*"${CUSTOM_FIELD}"\\s*:\\s*"`);

/** What there is of a string that never ended; an escape that was cut in two is left out. */
function cutInput(args: string): string | undefined {
  const start = OPENING.exec(args)?.[0].length;
  if (start === undefined) return undefined;
  let end = start;
  while (end < args.length && args[end] !== '"') {
    const size = args[end] !== "\\" ? 1 : args[end + 1] === "u" ? 6 : 2;
    if (end + size > args.length) break;
    end += size;
  }
  const text = parse(`"${args.slice(start, end)}"`);
  return typeof text === "string" ? text : undefined;
}
