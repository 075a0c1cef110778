/**
 * A slot for a conversation that begins. llama-server gives a request to the idle slot whose cache
 * shares the longest beginning with it, which serves a known conversation well, and is wrong for a
 * new one: agents begin alike, so a sub-agent would take its parent's slot, and the parent's cache,
 * while other slots were never used. Then, and only then, a slot is named.
 *
 * Never one that is busy, because such a request waits although others are idle (seen: 8.7 s
 * against 2 ms), and none at all where others use the same llama-server.
 */
import { isRecord } from "../protocol/record.ts";
import type { Llama } from "./llama.ts";

export interface NewThreadSlot {
  /** The slot to name for a request; null to leave the choice to llama-server. */
  choose(request: SlotRequest, signal: AbortSignal): Promise<number | null>;
}

/** What decides about a slot. */
export interface SlotRequest {
  /** The conversation; null where nobody tells. */
  thread: string | null;
  /** Whether nothing was answered in it yet: an older one may be in a cache since before Chaski. */
  begins: boolean;
  /** How many other requests of Chaski's own are under way. */
  others: number;
}

/** How many conversations are remembered. */
const MAX_THREADS = 1024;
/** Milliseconds: /slots is answered between two batches of a prompt. */
const PATIENCE = 250;
/** Milliseconds during which a slot that was named counts as used, whatever /slots says. */
const HANDED_OUT = 10_000;

/** @param slots how many slots llama-server has; null where that is not known */
export function newThreadSlot(llama: Llama, slots: () => number | null): NewThreadSlot {
  const threads = new Set<string>();
  const named = new Map<number, number>();

  function isNew(thread: string): boolean {
    const known = threads.delete(thread);
    threads.add(thread);
    if (threads.size > MAX_THREADS) threads.delete([...threads.keys()].at(0) ?? "");
    return !known;
  }

  return {
    async choose({ thread, begins, others }, signal) {
      if (thread === null || (slots() ?? 1) < 2) return null;
      const first = threads.size === 0;
      if (!isNew(thread) || first || !begins) return null;
      const states = await readSlots(llama, signal);
      if (states.filter(({ busy }) => busy).length > others) return null;
      const now = performance.now();
      const free = states.find(({ id, busy, used }) =>
        !busy && !used && now - (named.get(id) ?? -Infinity) > HANDED_OUT
      );
      if (free === undefined) return null;
      named.set(free.id, now);
      return free.id;
    },
  };
}

interface SlotState {
  id: number;
  busy: boolean;
  /** It holds the cache of some conversation. */
  used: boolean;
}

/** The slots as llama-server tells them; none where it does not, or not soon enough. */
async function readSlots(llama: Llama, signal: AbortSignal): Promise<SlotState[]> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    const slots = await llama.getJson("/slots", limit);
    return (Array.isArray(slots) ? slots : []).filter(isRecord).flatMap((slot) =>
      typeof slot.id !== "number" ? [] : [{
        id: slot.id,
        busy: slot.is_processing !== false,
        // A slot that was never used has no such field (0.7.0).
        used: typeof slot.n_prompt_tokens === "number" && slot.n_prompt_tokens > 0,
      }]
    );
  } catch {
    return [];
  }
}
