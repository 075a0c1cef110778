/**
 * The answer of `POST /v1/responses/compact` (Open Responses 2026-04-24, `CompactResource`).
 */
import type { ResponseObject } from "./response.ts";

/** The compacted conversation, or the error that there is in its place; JSON. */
export function compactionObject(response: ResponseObject): string {
  const { id, created_at, output, usage, error, incomplete_details } = response;
  if (response.status === "completed") {
    return JSON.stringify({ id, object: "response.compaction", created_at, output, usage });
  }
  const message = error?.message ??
    `Cannot compact the conversation: the summary was cut (${incomplete_details?.reason}).`;
  const code = error?.code ?? "server_error";
  return JSON.stringify({ error: { message, type: "server_error", code, param: null } });
}
