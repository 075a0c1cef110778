/**
 * Compaction: the conversation so far as a summary that the model itself writes, which the client
 * keeps as a sealed item and sends in its place (codex.md section 7, apis.md 2.3).
 */
import { type ApiError, invalidRequest } from "../error.ts";
import type { Item } from "./history/items.ts";
import { textPart } from "./history/parts_chat.ts";
import type { Step } from "./history/step_types.ts";
import { openReplacement } from "./replacement.ts";
import type { Context } from "./translation_context.ts";

/** Asks for the summary; it stands where the client put its `compaction_trigger`. */
export const SUMMARY_REQUEST = [
  "Pause here. The conversation above will be dropped, and another model will go on from your notes",
  "alone. Write these notes now, as plain text, without calling a tool:",
  "- what the user wants, with every requirement and preference that still holds;",
  "- what was done and decided so far, with the files, commands and results that matter;",
  "- what is left to do, in order, and what to look out for.",
  "Keep names, paths, numbers and error messages exact. Leave out what no longer matters.",
].join("\n");

const SUMMARY_INTRODUCTION = "Notes on the conversation so far, which they replace:";
const USER_INTRODUCTION = "The user's last message, word for word:";

/** Whether the request asks for a compaction item instead of an answer. */
export function asksForCompaction(input: string | readonly Item[] | null | undefined): boolean {
  return Array.isArray(input) && input.at(-1)?.type === "compaction_trigger";
}

/**
 * What a compaction item says: its summary as a text of the user's, and behind the system's texts
 * the user's last words where it stands for them too.
 *
 * @throws {ApiError} 400 where the seal is not Chaski's own, or is damaged: without its beginning
 * the conversation would be another one.
 */
export function summarySteps(
  item: { type: "compaction"; encrypted_content: string },
  param: string,
  { options }: Context,
): Step[] {
  const replacement = openReplacement(item, options.unseal);
  const summary = replacement?.summary ?? options.unseal("compaction", item.encrypted_content);
  if (summary === null) throw notOpened(param);
  const { system, user } = replacement ?? { system: [], user: "" };
  const notes = `${SUMMARY_INTRODUCTION}\n\n${summary}`;
  const said = user === "" ? notes : `${notes}\n\n${USER_INTRODUCTION}\n\n${user}`;
  return [
    ...system.map((text): Step => ({ kind: "system", text })),
    { kind: "user", parts: [textPart(said)] },
  ];
}

function notOpened(param: string): ApiError {
  const reason = "it was not sealed by this Chaski, or its data directory has changed. " +
    "Start a new conversation.";
  return invalidRequest(
    `Cannot open a compaction item: ${reason}`,
    `${param}.encrypted_content`,
    "invalid_prompt",
  );
}
