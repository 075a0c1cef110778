/**
 * What still counts of a conversation of which a summary has replaced the beginning.
 */
import { isKnown, isMessage, type Item } from "./items.ts";

/**
 * The indices of the items that stand, in the order in which they are said: behind the newest one
 * that replaces all before it everything, and of what it replaces the system's leading texts, what
 * declares tools, and the calls whose output may still come.
 */
export function standing(
  items: readonly Item[],
  replaces: (item: Item) => boolean,
): number[] {
  const all = [...items.keys()];
  const at = items.findLastIndex(replaces);
  if (at <= 0) return all;
  const leading = leadingCount(items);
  const answered = new Set<unknown>();
  for (const item of items.slice(0, at)) {
    if (isKnown(item) && item.type.endsWith("_output") && "call_id" in item) {
      answered.add(item.call_id);
    }
  }
  return [
    ...all.slice(0, Math.min(leading, at)),
    at,
    ...all.slice(Math.min(leading, at), at).filter((i) => outlives(items[i], answered)),
    ...all.slice(at + 1),
  ];
}

/** How many items at the beginning are the system's word, or no word at all. */
export function leadingCount(items: readonly Item[]): number {
  const first = items.findIndex((item) => !isSystems(item) && item.type !== "additional_tools");
  return first === -1 ? items.length : first;
}

/** Whether a message is the system's or the developer's. */
export function isSystems(item: Item): boolean {
  return isMessage(item) && (item.role === "system" || item.role === "developer");
}

function outlives(item: Item | undefined, answered: ReadonlySet<unknown>): boolean {
  if (item === undefined || !isKnown(item)) return false;
  if (item.type === "additional_tools" || item.type.startsWith("tool_search_")) return true;
  return item.type.endsWith("_call") && "call_id" in item && item.call_id != null &&
    !answered.has(item.call_id);
}
