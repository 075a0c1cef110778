/**
 * `context_management`: from how many tokens on a turn begins with the conversation's compaction.
 */
import type { CreateResponse } from "./schema.ts";
import { type Context, label, note } from "./translation_context.ts";

/** The share of a slot's context from which on a conversation is long. */
const SHARE = 0.8;

/**
 * The threshold of a request; null where nothing is to be compacted.
 *
 * @param context tokens that one slot holds; null where that is not known
 */
export function compactThreshold(
  { context_management: entries }: Pick<CreateResponse, "context_management">,
  context: number | null,
  notes: Pick<Context, "notes">,
): number | null {
  let threshold: number | null = null;
  for (const [i, entry] of (entries ?? []).entries()) {
    const param = `context_management[${i}]`;
    if (entry.type !== "compaction") {
      const message = `Context management of type "${label(entry.type)}" is unknown.`;
      note(notes, "context_management_ignored", `${param}.type`, message);
    } else threshold ??= thresholdOf(entry, { context, param, notes });
  }
  return threshold;
}

function thresholdOf(
  { compact_threshold: given }: { compact_threshold?: unknown },
  { context, param, notes }: {
    context: number | null;
    param: string;
    notes: Pick<Context, "notes">;
  },
): number | null {
  const wanted = typeof given === "number" ? given : null;
  if (context === null) {
    if (wanted !== null) return wanted;
    const message =
      "Nothing is compacted: the context of a slot is not known, so name a threshold.";
    note(notes, "compaction_off", `${param}.compact_threshold`, message);
    return null;
  }
  const own = Math.floor(SHARE * context);
  if (wanted === null || wanted < context) return wanted ?? own;
  const message = `The threshold is beyond the context of a slot, and lowered to ${own} tokens.`;
  note(notes, "threshold_lowered", `${param}.compact_threshold`, message);
  return own;
}
