/**
 * Which conversation a request belongs to, as agents tell it.
 */
import { createHash } from "node:crypto";

/** Of Codex 0.145 to 0.169, 0.130, 0.100; sub-agents share everything but the thread id. */
const HEADERS = ["thread-id", "thread_id", "session-id", "session_id"];

/**
 * A name for the conversation, the same for all its requests and never for those of another key;
 * null where the client does not tell.
 *
 * @param cacheKey the request's `prompt_cache_key`, which counts where no header tells
 */
export function threadOf(headers: Headers, cacheKey?: string | null): string | null {
  const thread = HEADERS.map((name) => headers.get(name)).find((id) => id) ?? cacheKey;
  if (!thread) return null;
  const owner = headers.get("authorization") ?? headers.get("x-api-key") ?? "";
  return createHash("sha256").update(`${owner}\0${thread}`).digest("base64url");
}
