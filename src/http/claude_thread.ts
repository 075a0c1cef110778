/** Which conversation a Messages request belongs to. */
import type { MessagesRequest } from "../protocol/messages/schema.ts";

/**
 * A name for the conversation, the same for all its requests; null where nobody tells. Claude Code's
 * sub-agents share its session, and so do the requests by which it names a session: those stand
 * beside the conversation, and must not take its slot (2.1.330).
 */
export function claudeThread(
  headers: Headers,
  { metadata, tools, output_config }: MessagesRequest,
): string | null {
  const session = headers.get("x-claude-code-session-id") ?? metadata?.user_id;
  if (!session) return null;
  const agent = headers.get("x-claude-code-agent-id") ?? "";
  const beside = !tools?.length && output_config?.format != null ? "beside" : "";
  return JSON.stringify([session, agent, beside]);
}
