/** Pages of lists: where they begin and end. */
import type { Item, Page, PageQuery } from "./store.ts";

/** Bytes of items on one page; the first item is given whatever its size. */
export const PAGE_BYTES = 16 * 1024 * 1024;

const MOST = 100;

/** How many items a page may have. */
export function pageLimit({ limit }: PageQuery): number {
  return Number.isNaN(limit) ? MOST : Math.max(1, Math.min(MOST, Math.trunc(limit)));
}

/** How many of these sizes, from the first on, fit into a number of bytes; one does always. */
export function fitting(sizes: readonly number[], bytes: number): number {
  let sum = 0;
  const over = sizes.findIndex((size, at) => (sum += size) > bytes && at > 0);
  return over === -1 ? sizes.length : over;
}

/** A page of a list that is in memory, oldest first. */
export function pageOf(all: readonly Item[], query: PageQuery): Page | "unknown cursor" {
  const items = query.order === "asc" ? all : all.toReversed();
  // Of twins the farther one counts, so that who pages on always ends.
  const from = query.after === undefined ? -1 : items.findLastIndex(({ id }) => id === query.after);
  const to = query.before === undefined
    ? items.length
    : items.findIndex(({ id }) => id === query.before);
  if ((query.after !== undefined && from === -1) || to === -1) return "unknown cursor";
  const backwards = readsBackwards(query);
  const open = items.slice(from + 1, Math.max(to, from + 1));
  const near = backwards ? open.toReversed() : open;
  const some = near.slice(0, pageLimit(query));
  const taken = some.slice(0, fitting(some.map(({ text }) => text.length), PAGE_BYTES));
  return {
    items: backwards ? taken.reverse() : taken,
    hasMore: taken.length < near.length,
  };
}

/** Whether the page is the end of the list up to its cursor, and not its beginning. */
export function readsBackwards({ after, before }: PageQuery): boolean {
  return before !== undefined && after === undefined;
}
