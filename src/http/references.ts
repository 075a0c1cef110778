/** Items that a request names by their ids, found wherever they are kept. */
import type { Item } from "../protocol/responses/history/items.ts";
import { referredIds, withItems } from "../protocol/responses/references.ts";
import type { Store } from "../store/store.ts";
import { BOUNDS, tooLong } from "./history_bounds.ts";

/** Where items may be found. */
export interface Sources {
  store: Store;
  owner: string;
  /** Lists of items that the request can see beside the store, oldest first. */
  near: readonly (readonly Item[])[];
}

/** A list without references. */
export interface Resolved {
  items: Item[];
  /** Bytes that it has more than the one with them. */
  added: number;
}

/**
 * Puts items in the places of their references.
 *
 * @param param what the list is called in the request
 * @throws {ApiError} 400 `item_not_found`, or `context_length_exceeded` where it is too much
 */
export function resolved(items: readonly Item[], param: string, sources: Sources): Resolved {
  const ids = referredIds(items, param);
  if (ids.length > BOUNDS.references) throw tooLong(param);
  const found = itemsOf(new Set(ids), param, sources);
  const added = ids.reduce((sum, id) => sum + (found.get(id)?.size ?? 0), 0);
  if (added > BOUNDS.bytes) throw tooLong(param);
  return { items: withItems(items, (id) => found.get(id)?.item ?? null, param), added };
}

interface Found {
  item: Item;
  /** Characters of its JSON. */
  size: number;
}

function itemsOf(
  ids: ReadonlySet<string>,
  param: string,
  { store, owner, near }: Sources,
): Map<string, Found> {
  const found = new Map<string, Found>();
  if (ids.size === 0) return found;
  for (const item of near.flat()) {
    if (!("id" in item) || typeof item.id !== "string" || !ids.has(item.id)) continue;
    found.set(item.id, { item, size: JSON.stringify(item).length });
  }
  const others = [...ids].filter((id) => !found.has(id));
  const kept = store.items(others, owner, BOUNDS.bytes);
  if (kept === "too much") throw tooLong(param);
  for (const each of kept) {
    if (each === null) continue;
    found.set(each.id, { item: JSON.parse(each.text), size: each.text.length });
  }
  return found;
}
