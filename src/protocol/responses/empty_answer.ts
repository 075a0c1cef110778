/**
 * Answers that say nothing. A turn without text and without a call ends Codex silently, with exit
 * code 0, in the middle of its work (codex.md section 4; seen of small models after a tool's
 * output, and of thinking ones that never come to speak). So the model is asked once more, with a
 * word that stays between Chaski and the model; if it is silent again, the user is told so.
 */
import type { ChatMessage, ChatRequest } from "../chat.ts";

/** What the user reads when the model was silent twice. */
export const EMPTY_ANSWER = "[The model ended its turn twice without an answer.]";

/** The request once more; its prompt goes on where the first one ended, so nothing is read twice. */
export function askedAgain(chat: ChatRequest, { calls }: { calls: boolean }): ChatRequest {
  const wanted = calls ? "call a tool, or answer in text" : "answer in text";
  const nudge: ChatMessage[] = [
    { role: "assistant", content: "(no answer)" },
    { role: "user", content: `Your answer was empty. Go on: ${wanted}.` },
  ];
  return { ...chat, messages: [...chat.messages, ...nudge] };
}
