/**
 * What goes where a prompt does not fit into the context: the oldest first, until it does.
 */
import type { ChatMessage } from "../chat.ts";

/** The share of the text that is left after one step; tokens are not counted, only tried. */
const SHARE = 0.7;

/**
 * `truncation: "auto"`: the messages without their oldest turns: the system message stays, and what
 * is left begins with a user's turn, as templates want it. Null where only one such turn is left.
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

/**
 * What a summary is asked of, without its oldest steps: the system message, the user's last word
 * before the question, what stands right before that and the question stay. Null where there is
 * nothing else. One long turn of an agent can be cut so, which is one turn of the user's.
 */
export function withoutOldestSteps(messages: readonly ChatMessage[]): ChatMessage[] | null {
  const leading = messages[0]?.role === "system" ? 1 : 0;
  const steps = stepsIn(messages.slice(leading));
  const question = steps.length - 1;
  const word = steps.findLastIndex((step, i) => i < question && isUsers(step));
  const sizes = steps.map((step) => JSON.stringify(step).length);
  let left = sizes.reduce((sum, size) => sum + size, 0);
  const wanted = SHARE * left;
  const gone = new Set<number>();
  for (let i = 0; i < question - 1; i++) {
    if (i === word) continue;
    // What is left begins with a user's turn, as templates want it.
    if (left <= wanted && (i > word || isUsers(steps[i]))) break;
    gone.add(i);
    left -= sizes[i] ?? 0;
  }
  if (gone.size === 0) return null;
  return [...messages.slice(0, leading), ...steps.filter((_, i) => !gone.has(i)).flat()];
}

/** A message with the outputs of its calls. */
function stepsIn(messages: readonly ChatMessage[]): ChatMessage[][] {
  const steps: ChatMessage[][] = [];
  for (const message of messages) {
    if (message.role === "tool") steps.at(-1)?.push(message);
    else steps.push([message]);
  }
  return steps;
}

function isUsers(step: readonly ChatMessage[] | undefined): boolean {
  return step?.[0]?.role === "user";
}
