/**
 * `truncation: "auto"`: the oldest turns go until the prompt fits into the context.
 */
import type { ChatMessage } from "../chat.ts";

/** The share of the text that is left after one step; tokens are not counted, only tried. */
const SHARE = 0.7;

/**
 * The messages without their oldest turns: the system message stays, and what is left begins with a
 * user's turn, as templates want it. Null where only one such turn is left.
 */
export function withoutOldest(messages: readonly ChatMessage[]): ChatMessage[] | null {
  const leading = messages[0]?.role === "system" ? 1 : 0;
  const sizes = messages.map((message) => JSON.stringify(message).length);
  const wanted = SHARE * sizes.slice(leading).reduce((sum, size) => sum + size, 0);
  let left = sizes.slice(leading).reduce((sum, size) => sum + size, 0);
  let start: number | null = null;
  for (let i = leading; i < messages.length; i++) {
    if (i > leading && messages[i]?.role === "user") {
      start = i;
      if (left <= wanted) break;
    }
    left -= sizes[i] ?? 0;
  }
  return start === null ? null : [...messages.slice(0, leading), ...messages.slice(start)];
}
