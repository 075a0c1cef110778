/** Names in markup. Pure. */
import { type Reader, type Reading, span } from "../reading/reader.ts";

/** Longer names are none; APIs allow 128 characters, and prefixes come on top. */
const MAX_NAME = 256;

const NAME = /[\w.:\/-]+/y;

/** Reads a tool's name; what comes may be none, or too long. */
export function readToolName(reader: Reader): Reading<string> {
  return span(reader, NAME, MAX_NAME);
}

/**
 * The declared name that a printed one means. Kimi and harmony print `functions.` before it, and
 * Kimi the call's number behind it.
 */
export function declaredName(
  tools: { has(name: string): boolean },
  printed: string,
): string | null {
  if (tools.has(printed)) return printed;
  const bare = printed.replace(/^functions\./, "").replace(/:\d{1,9}$/, "");
  return tools.has(bare) ? bare : null;
}
