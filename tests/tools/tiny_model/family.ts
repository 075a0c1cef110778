/** The ways of speaking that the word chain knows; a chat template belongs to one of them. */
export type Family = "chatml" | "forced-think" | "harmony" | "plain";

/**
 * Tells which family suits a chat template, by the words that it expects of the model:
 * harmony's channels, a `<think>` that the template itself opens, `<tool_call>` lines, or only text.
 */
export function familyOf(template: string): Family {
  if (template.includes("<|channel|>")) return "harmony";
  if (template.includes(String.raw`'<think>\n' }}`)) return "forced-think";
  if (/tool_call>\\n[{<]/.test(template)) return "chatml";
  return "plain";
}

/** Whether the family calls tools by `<tool_call>` lines. */
export function writesToolCallLines(family: Family): boolean {
  return family === "chatml" || family === "forced-think";
}
