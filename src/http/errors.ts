/** Errors as answers, in the envelope of the API that was asked. */
import { ApiError, openAiErrorBody } from "../protocol/error.ts";
import { anthropicErrorBody, anthropicStatus, isFinal } from "../protocol/messages/error.ts";
import type { Log } from "../log.ts";
import { BROKEN_OFF } from "../stream/transfer_body.ts";
import type { RequestOutcome, RequestScope } from "./scope.ts";

/** The status of a client that left before its answer; nobody reads it. */
export const CLIENT_CLOSED_REQUEST = 499;

/** Ends a request with what its handler threw, in the log too; gives what the client is told. */
export function endWithError(cause: unknown, scope: RequestScope, log: Log): ApiError {
  const error = asApiError(cause);
  scope.end(outcomeOf(error), error.status, error);
  if (error.code === "internal_error") log.error(stackOf(cause), { id: scope.id });
  return error;
}

/** Whatever was thrown, as a client may be told of it. */
export function asApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : internalError(cause);
}

function outcomeOf({ status }: ApiError): RequestOutcome {
  if (status === CLIENT_CLOSED_REQUEST) return "cancelled";
  return status < 500 ? "refused" : "failed";
}

function stackOf(cause: unknown): string {
  return cause instanceof Error ? cause.stack ?? cause.message : String(cause);
}

/** The client hung up before its answer began; told to the log alone. */
export function clientLeft(): ApiError {
  return new ApiError("Cannot answer: the client has left.", {
    status: CLIENT_CLOSED_REQUEST,
    type: "invalid_request_error",
    code: "client_closed_request",
  });
}

/** Renders an error as the whole answer to a request. */
export function errorResponse(
  error: ApiError,
  { path, requestId }: { path: string; requestId: string },
): Response {
  const headers: Record<string, string> = { "x-request-id": requestId };
  if (error.retryAfter !== undefined) headers["retry-after"] = String(error.retryAfter);
  if (error.status === 401) headers["www-authenticate"] = "Bearer";
  if (!isMessages(path)) {
    return Response.json(openAiErrorBody(error), { status: error.status, headers });
  }
  if (isFinal(error)) headers["x-should-retry"] = "false";
  headers[ANTHROPIC_ID] = requestId;
  const body = anthropicErrorBody(error, requestId);
  return Response.json(body, { status: anthropicStatus(error), headers });
}

/** Where Anthropic's API has the id that OpenAI's has in `x-request-id`. */
export const ANTHROPIC_ID = "request-id";

/** Whether a path belongs to Anthropic's API. */
export function isMessages(path: string): boolean {
  return path === "/v1/messages" || path.startsWith("/v1/messages/");
}

/** Whether the server failed at an answer on purpose, which its request has logged. */
export function isTold(cause: unknown): boolean {
  return cause === BROKEN_OFF;
}

/** 503 for what comes, and what does not end, while Chaski stops. */
export function shuttingDown(): ApiError {
  return new ApiError("Cannot answer: Chaski is shutting down.", {
    status: 503,
    type: "server_error",
    code: "server_shutting_down",
  });
}

/** What a defect of Chaski's own looks like to a client: no stack, no detail. */
export function internalError(cause: unknown): ApiError {
  return new ApiError("Cannot answer: Chaski has failed. Its log says why.", {
    status: 500,
    type: "server_error",
    code: "internal_error",
    cause,
  });
}

/** 404 for a path that does not exist. */
export function unknownPath(method: string, path: string): ApiError {
  return new ApiError(`Cannot find ${method} ${path.slice(0, 200)}: there is no such path.`, {
    status: 404,
    type: "invalid_request_error",
    code: "unknown_url",
  });
}

/** 405 for a path that exists, asked in another way. */
export function wrongMethod(method: string, path: string, allowed: readonly string[]): ApiError {
  return new ApiError(
    `Cannot ${method} ${path.slice(0, 200)}: this path understands ${allowed.join(", ")}.`,
    { status: 405, type: "invalid_request_error", code: "method_not_allowed" },
  );
}
