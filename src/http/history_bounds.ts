/** How much of what was said before may come into one prompt. */
import { type ApiError, invalidRequest } from "../protocol/error.ts";

export const BOUNDS = { turns: 10_000, references: 10_000, bytes: 64 * 1024 * 1024 };

/** The error of what passes the bounds; `param` is the field that asked for it. */
export function tooLong(param: string): ApiError {
  return invalidRequest(
    "Cannot continue: what was said before is longer than any context. Start a new conversation.",
    param,
    "context_length_exceeded",
  );
}
