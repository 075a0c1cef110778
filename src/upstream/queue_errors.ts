/** What requests are told for which there is no place in a queue. */
import { ApiError } from "../protocol/error.ts";

/** 503: as many wait as may. @param retryAfter seconds */
export function queueFull(retryAfter: number): ApiError {
  return new ApiError(
    `Cannot answer now: too many requests wait for this model. Try again in ${retryAfter}s.`,
    { status: 503, type: "server_error", code: "server_is_overloaded", retryAfter },
  );
}

/** 429: as many of one key wait as may. @param retryAfter seconds */
export function shareTaken(retryAfter: number): ApiError {
  return new ApiError(
    "Cannot answer now: too many requests of this key wait for this model. " +
      // Codex waits for as long as these words say.
      `Try again in ${retryAfter}s.`,
    { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded", retryAfter },
  );
}
