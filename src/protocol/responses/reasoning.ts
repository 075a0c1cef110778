/**
 * Reasoning effort, as far as a chat template can be told.
 */
import type { ChatRequest } from "../chat.ts";
import { type Context, label, note } from "./translation_context.ts";

/** To think without a level: as long as the template has it. */
export const OWN_EFFORT = "default";

/** OpenAI's levels and Codex's own (`max`, `ultra`), as gpt-oss's three. */
const LEVELS = new Map<string, string | null>([
  [OWN_EFFORT, null],
  ["none", "low"],
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "high"],
  ["max", "high"],
  ["ultra", "high"],
]);

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
  if (context.facts.thinking === "reasoning_effort") {
    if (effort === "none") {
      const message = "This model's thinking can be made short, but not switched off.";
      note(context, "effort_ignored", "reasoning.effort", message);
    }
    return level === null ? {} : { reasoning_effort: level };
  }
  // llama-server knows switches that the template's text does not show (DeepSeek's).
  if (effort === "none") return { chat_template_kwargs: { enable_thinking: false } };
  // A level alone does not make llama-server think where it was started with `--reasoning off`.
  return context.facts.thinking === "none"
    ? {}
    : { chat_template_kwargs: { enable_thinking: true } };
}
