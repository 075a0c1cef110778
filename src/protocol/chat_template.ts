/**
 * What a chat template can be told, read off its text (llama-server's `/props`). Pure.
 */

/** A switch for thinking, a level of effort, or neither. */
export type ThinkingSwitch = "none" | "enable_thinking" | "reasoning_effort";

/**
 * How the template lets thinking be controlled. Where it knows both words, the switch wins: only
 * it can turn thinking off.
 */
export function thinkingSwitch(chatTemplate: string): ThinkingSwitch {
  if (/\benable_thinking\b/.test(chatTemplate)) return "enable_thinking";
  return /\breasoning_effort\b/.test(chatTemplate) ? "reasoning_effort" : "none";
}

/**
 * Whether the template shows only one of thought and text beside a call, as gpt-oss's does: it has a
 * channel for each, and llama-server drops the text.
 */
export function hidesTextBesideThought(chatTemplate: string): boolean {
  return chatTemplate.includes("<|channel|>");
}

/** Whether the template refuses turns that do not alternate strictly. */
export function turnsAlternate(chatTemplate: string): boolean {
  return /\bmust alternate\b/.test(chatTemplate);
}
