/**
 * Errors as Anthropic's API spells them, and as Claude Code acts on them (claude-code.md section 5,
 * measured with 2.1.330).
 */
import type { ApiError } from "../error.ts";

export interface AnthropicErrorBody {
  type: "error";
  error: { type: string; message: string };
  request_id: string | null;
}

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  408: "timeout_error",
  413: "request_too_large",
  415: "invalid_request_error",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** @param requestId the id in the log; null where it is not at hand */
export function anthropicErrorBody(error: ApiError, requestId: string | null): AnthropicErrorBody {
  const { message, overflow } = error;
  return {
    type: "error",
    error: {
      type: TYPES[anthropicStatus(error)] ?? "api_error",
      // These words, and no others, make Claude Code compact the conversation and go on.
      message: overflow === undefined
        ? message
        : `prompt is too long: ${overflow.tokens} tokens > ${overflow.limit} maximum`,
    },
    request_id: requestId,
  };
}

/**
 * The status that is sent. A conversation that the model's template refuses is 500 here: a 400 would
 * be asked six times, each time with another feature left out.
 */
export function anthropicStatus({ status, code }: ApiError): number {
  return code === "invalid_prompt" ? 500 : status;
}

/** Statuses of what may be over when it is asked again. */
const PASSING = new Set([408, 409, 429, 502, 503]);

/** Whether asking again cannot help; else Claude Code asks eleven times within three minutes. */
export function isFinal(error: ApiError): boolean {
  return !PASSING.has(anthropicStatus(error)) || error.code === "upstream_key_refused";
}
