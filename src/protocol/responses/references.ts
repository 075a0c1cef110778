/** Items that an input names by their ids alone. */
import { invalidRequest } from "../error.ts";
import type { Item } from "./history/items.ts";

/** OpenAI's clients may leave the type out where there is nothing but an id. */
export function isReference(item: Item): boolean {
  return item.type === "item_reference" || (item.type == null && !("role" in item) && "id" in item);
}

/**
 * Puts items in the places where a list names them.
 *
 * @param find gives the item of an id, and null where there is none
 * @param param what the list is called in the request
 * @throws {ApiError} 400 `item_not_found` naming the id
 */
export function withItems(
  items: readonly Item[],
  find: (id: string) => Item | null,
  param: string,
): Item[] {
  return items.map((item, i) => {
    if (!isReference(item)) return item;
    const found = find(referredId(item, `${param}[${i}].id`));
    if (found !== null && !isReference(found)) return found;
    const reason = "none of that id is kept. Send the item itself";
    throw invalidRequest(
      `Cannot use an item by its id: ${reason}`,
      `${param}[${i}].id`,
      "item_not_found",
    );
  });
}

/** The ids that a list names. */
export function referredIds(items: readonly Item[], param: string): string[] {
  return items.flatMap((item, i) =>
    isReference(item) ? [referredId(item, `${param}[${i}].id`)] : []
  );
}

function referredId(item: Item, param: string): string {
  if ("id" in item && typeof item.id === "string") return item.id;
  throw invalidRequest(`Cannot read ${param}: expected string`, param);
}
