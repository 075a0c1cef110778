/** The account of requests: one row in the store for each that ended. */
import type { Services } from "./context.ts";
import type { RequestSummary } from "./scope.ts";

/** Writes the row; a store that cannot is a warning in the log, and no fault of the request. */
export function account(
  { id, method, path, status, outcome, ms, facts }: RequestSummary,
  owner: string,
  { store, log }: Pick<Services, "store" | "log">,
): void {
  try {
    store.usage.record({
      at: Date.now(),
      requestId: id,
      route: `${method} ${withoutIds(path)}`,
      model: facts.model ?? null,
      owner: owner || null,
      status,
      outcome,
      inputTokens: facts.input_tokens ?? null,
      cachedTokens: facts.cached_tokens ?? null,
      outputTokens: facts.output_tokens ?? null,
      firstEventMs: facts.first_ms ?? null,
      totalMs: ms,
    });
  } catch (cause) {
    log.warn(`Cannot account for a request: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** `/v1/responses/resp_1/cancel` → `/v1/responses/{id}/cancel`. */
function withoutIds(path: string): string {
  return path.replace(/^(\/v1\/(?:responses|conversations))\/(?!input_tokens$)[^/]+/, "$1/{id}")
    .replace(/(\/items)\/[^/]+$/, "$1/{id}");
}
