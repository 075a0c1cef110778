/**
 * What a WebSocket remembers: the last response that is kept nowhere else (`store: false`), with all
 * that was said before it, so that a client may send only what is new. It ends with its connection.
 */
import type { Item } from "../protocol/responses/history/items.ts";

export interface SocketMemory {
  /** The items up to the end of a response, oldest first; null for any but the last one. */
  recall(id: string): readonly Item[] | null;
  /** The items up to the end of the last response. */
  items(): readonly Item[];
  /** Remembers a response in place of the last one. */
  remember(id: string, items: readonly Item[]): void;
  /** A turn that goes on from this response has failed, so it cannot be gone on from again. */
  forget(id: string): void;
}

/** Characters of JSON; a conversation that is longer has to be sent as a whole. */
const MAX_SIZE = 32 * 1024 * 1024;

/** Makes the memory of one connection. */
export function socketMemory(maxSize = MAX_SIZE): SocketMemory {
  let last: { id: string; items: readonly Item[] } | null = null;
  return {
    recall: (id) => last?.id === id ? last.items : null,
    items: () => last?.items ?? [],
    remember(id, items) {
      last = sizeOf(items) > maxSize ? null : { id, items };
    },
    forget(id) {
      if (last?.id === id) last = null;
    },
  };
}

function sizeOf(items: readonly Item[]): number {
  return items.reduce((size, item) => size + JSON.stringify(item).length, 0);
}
