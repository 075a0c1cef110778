/** What the routes that manage models share. */
import { ApiError } from "../protocol/error.ts";
import type { Management, ModelState } from "../upstream/management.ts";
import type { Services } from "./context.ts";

/** Throws ApiError 501 where somebody else runs llama-server. */
export function managementOf({ management }: Pick<Services, "management">): Management {
  if (management !== null) return management;
  throw new ApiError(
    "Cannot manage models: the llama-server behind this Chaski is run by somebody else. Start " +
      "Chaski with --models-dir, so that it runs llama-server by itself.",
    { status: 501, type: "invalid_request_error", code: "not_supported" },
  );
}

/** A state in the words of llama-server's router. */
export function routerState(state: ModelState): "loaded" | "loading" | "unloaded" {
  return state === "loaded" || state === "loading" ? state : "unloaded";
}

/** Begins what nobody waits for; what comes of it is told by the model's state, and by the log. */
export function begin(work: (signal: AbortSignal) => Promise<void>): void {
  void work(new AbortController().signal).catch(() => {});
}
