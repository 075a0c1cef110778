/**
 * A system or developer text that comes after the conversation has begun, as part of a user's turn:
 * strict templates (Qwen 3.5) refuse a system message anywhere but first.
 */
export function systemUpdate(text: string): string {
  return `<system_update>\n${text}\n</system_update>`;
}
