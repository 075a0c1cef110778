/**
 * The tools that a conversation was last offered. Codex asks for its summaries without any
 * (`tools: []`, 0.100 to 0.169); with the tools gone from its beginning, the whole prompt would have
 * to be read anew, at the very moment when it is longest.
 */
import type { Tool } from "../protocol/responses/tools/schema.ts";

export interface ThreadTools {
  remember(thread: string, tools: readonly Tool[]): void;
  recall(thread: string): readonly Tool[] | null;
}

/** Characters of JSON that all lists together may have; the one used longest ago goes first. */
const MAX_SIZE = 16 * 1024 * 1024;
/** What a list costs beside its text. */
const OVERHEAD = 1000;

interface Entry {
  tools: readonly Tool[];
  size: number;
}

export function threadTools(maxSize = MAX_SIZE): ThreadTools {
  const entries = new Map<string, Entry>();
  let size = 0;

  function forget(thread: string): void {
    size -= entries.get(thread)?.size ?? 0;
    entries.delete(thread);
  }

  return {
    remember(thread, tools) {
      forget(thread);
      const entry = { tools, size: OVERHEAD + JSON.stringify(tools).length };
      entries.set(thread, entry);
      size += entry.size;
      for (const oldest of entries.keys()) {
        if (size <= maxSize) break;
        forget(oldest);
      }
    },
    recall(thread) {
      const entry = entries.get(thread);
      if (entry === undefined) return null;
      entries.delete(thread);
      entries.set(thread, entry);
      return entry.tools;
    },
  };
}
