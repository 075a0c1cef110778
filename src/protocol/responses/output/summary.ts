/**
 * The summary of a conversation as the model writes it: a text without thoughts and calls.
 */
import type { ChatChunk } from "../../chat.ts";
import type { TextHealer } from "../../healing/healer.ts";
import type { HealedPiece } from "../../healing/text_scene.ts";
import { incompleteReason } from "./step_machine.ts";
import type { UsageCounter } from "./usage.ts";

export interface Summary {
  chunk(chunk: ChatChunk): void;
  /** Whether the upstream said why it stopped. */
  finished(): boolean;
  /** Why it was cut, as `incomplete_details.reason`; null for one that is whole. */
  cut(): string | null;
  /** What was written; empty for nothing but white space. */
  text(): string;
}

/** @param healer cuts calls and thoughts out of the text */
export function summaryReader(
  { healer, usage }: { healer: TextHealer; usage: UsageCounter },
): Summary {
  let text = "";
  let finishReason: string | null = null;

  function hear(pieces: readonly HealedPiece[]): void {
    for (const piece of pieces) if (piece.kind === "text") text += piece.text;
  }

  return {
    chunk(chunk) {
      const choice = chunk.choices?.find(({ index }) => index === 0);
      if (choice?.delta?.reasoning_content) usage.thought();
      if (choice?.delta?.content) hear(healer.push(choice.delta.content));
      if (choice?.finish_reason != null) {
        hear(healer.end());
        finishReason = choice.finish_reason;
      }
      usage.chunk(chunk);
    },
    finished: () => finishReason !== null,
    cut: () => incompleteReason(finishReason),
    text: () => text.trim(),
  };
}
