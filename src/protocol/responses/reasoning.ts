/**
 * Reasoning effort, as far as a chat template can be told.
 */
import type { ChatRequest } from "../chat.ts";
import { type Context, label, note, type ThinkingSwitch } from "./request_context.ts";

/** OpenAI's levels and Codex's own (`max`, `ultra`), as gpt-oss's three. */
const LEVELS = new Map([
  ["none", "low"],
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "high"],
  ["max", "high"],
  ["ultra", "high"],
]);

/**
 * Reads off a chat template (llama-server's `/props`) how its thinking is controlled. Where it
 * knows both words, the switch wins: only it can turn thinking off.
 */
export function thinkingSwitch(chatTemplate: string): ThinkingSwitch {
  if (/\benable_thinking\b/.test(chatTemplate)) return "enable_thinking";
  return /\breasoning_effort\b/.test(chatTemplate) ? "reasoning_effort" : "none";
}

/** Reads off a chat template whether it refuses turns that do not alternate strictly. */
export function turnsAlternate(chatTemplate: string): boolean {
  return /\bmust alternate\b/.test(chatTemplate);
}

/** The chat fields for `reasoning.effort`; an unknown level is dropped with a note. */
export function thinkingFields(
  effort: string | null | undefined,
  context: Context,
): Pick<ChatRequest, "reasoning_effort" | "chat_template_kwargs"> {
  if (effort == null) return {};
  const level = LEVELS.get(effort);
  if (level === undefined) {
    const message = `Reasoning effort "${label(effort)}" is unknown and has no effect.`;
    note(context, "effort_ignored", "reasoning.effort", message);
    return {};
  }
  if (context.facts.thinking === "reasoning_effort") return { reasoning_effort: level };
  const off = context.facts.thinking === "enable_thinking" && effort === "none";
  return off ? { chat_template_kwargs: { enable_thinking: false } } : {};
}
