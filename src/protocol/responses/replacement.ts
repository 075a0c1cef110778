/**
 * What a compaction inside a turn seals: unlike a `compaction_trigger`'s summary, beside which
 * clients keep the user's messages, it stands for everything before it, for they may drop that.
 */
import { omittedImage } from "../images.ts";
import { isMessage, type Item, type MessageItem } from "./history/items.ts";
import { isInputFile, isInputImage, type Part } from "./history/parts.ts";
import { fileText } from "./history/parts_file.ts";
import { isSystems, leadingCount, standing } from "./history/standing.ts";
import type { TranslateOptions } from "./translation_context.ts";

export interface Replacement {
  /** The system's leading texts; for a client that drops them. */
  system: readonly string[];
  summary: string;
  /** What the user said last, word for word. */
  user: string;
}

type Unseal = TranslateOptions["unseal"];

/** What stands between the two halves of a text that is too long. */
const LEFT_OUT = "\n[...]\n";

/** Opens an item; null for any that replaces nothing, or that this Chaski has not sealed. */
export function openReplacement(item: Item, unseal: Unseal): Replacement | null {
  if (item.type !== "compaction" || typeof item.encrypted_content !== "string") return null;
  const text = unseal("replacement", item.encrypted_content);
  return text === null ? null : JSON.parse(text) as Replacement;
}

/** The indices of the items that still count, in the order in which they are said. */
export function standingIn(items: readonly Item[], unseal: Unseal): number[] {
  return standing(items, (item) => openReplacement(item, unseal) !== null);
}

/** The items that still count. */
export function standingItems(items: readonly Item[], unseal: Unseal): Item[] {
  return standingIn(items, unseal).map((i) => items[i]).filter((item) => item !== undefined);
}

/**
 * What replaces these items.
 *
 * @param most characters of the user's last words; what is longer loses its middle
 */
export function replacementOf(
  items: readonly Item[],
  { summary, most, unseal }: { summary: string; most: number; unseal: Unseal },
): Replacement {
  const at = items.findLastIndex((item) => openReplacement(item, unseal) !== null);
  const item = items[at];
  const before = item === undefined ? null : openReplacement(item, unseal);
  const system = items.slice(0, leadingCount(items)).filter(isSystems).map(textOf)
    .filter((text) => text !== "");
  return {
    system: system.length > 0 ? system : before?.system ?? [],
    summary,
    user: shortened(lastWords(items.slice(at + 1)) || (before?.user ?? ""), most),
  };
}

/** Whether the user's last words still stand, and show an image, which no replacement carries. */
export function showsImage(items: readonly Item[], unseal: Unseal): boolean {
  const at = items.findLastIndex((item) => openReplacement(item, unseal) !== null);
  return lastMessages(items.slice(at + 1)).some((item) =>
    isMessage(item) && Array.isArray(item.content) && item.content.some(isInputImage)
  );
}

function lastWords(items: readonly Item[]): string {
  return lastMessages(items).map(textOf).filter((text) => text !== "").join("\n\n");
}

/** The last message of the user, with those right before it. */
function lastMessages(items: readonly Item[]): readonly Item[] {
  const last = items.findLastIndex(isUsers);
  const first = items.findLastIndex((item, i) => i < last && !isUsers(item)) + 1;
  return items.slice(first, last + 1);
}

function isUsers(item: Item): boolean {
  return isMessage(item) && item.role === "user";
}

function textOf(item: Item): string {
  const { content } = item as MessageItem;
  if (typeof content === "string") return content.toWellFormed();
  return (content ?? []).flatMap(partText).join("\n").toWellFormed();
}

function partText(part: Part): string[] {
  if (isInputImage(part)) return [omittedImage("the conversation was summed up")];
  if (isInputFile(part)) return [fileText(part, "input")];
  return "text" in part && typeof part.text === "string" ? [part.text] : [];
}

function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor(most / 2);
  return (text.slice(0, half) + LEFT_OUT + text.slice(text.length - half)).toWellFormed();
}
