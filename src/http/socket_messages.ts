/** What goes over a WebSocket of `/v1/responses`, besides the events of responses. */
import { type ApiError, invalidRequest } from "../protocol/error.ts";
import { isRecord } from "../protocol/record.ts";
import { parseCreateResponse } from "../protocol/responses/schema.ts";
import { type BodyLimits, parseBody } from "./body.ts";
import type { ReadRequest } from "./read_request.ts";

/** A client's `response.create`. */
export interface CreateMessage extends ReadRequest {
  /** `generate: false`: the prompt is to be read and not answered. */
  warmUp: boolean;
}

/**
 * Reads a message. `stream`, `stream_options` and `background` mean nothing here: Open Responses
 * forbids them, OpenAI's SDK (7.57) and Codex (0.169) send them, so they are left out.
 *
 * @param data the message as it came: text, or bytes, which are refused
 * @throws {ApiError} 400 or 413
 */
export function readMessage(data: unknown, limits: BodyLimits): CreateMessage {
  if (typeof data !== "string") {
    throw invalidRequest("Cannot read a message of bytes: send JSON as text.");
  }
  const { json, bytes } = parseBody(new TextEncoder().encode(data), limits);
  if (!isRecord(json)) throw invalidRequest("Cannot read the message: it is no JSON object.");
  const { type, generate, stream: _, stream_options: __, background: ___, ...body } = json;
  if (type !== "response.create") {
    throw invalidRequest(
      "Cannot understand the message: the only type that is known is 'response.create'.",
      "type",
      "unknown_event_type",
    );
  }
  if (generate != null && typeof generate !== "boolean") {
    throw invalidRequest("Cannot read generate: expected boolean", "generate");
  }
  return { request: parseCreateResponse(body), size: bytes.length, warmUp: generate === false };
}

/**
 * An error as a message: nested with its status, as Open Responses and Codex read it, and flat, as
 * OpenAI's SDK declares it. It stands for a response that did not begin, so its number is 0.
 */
export function errorMessage({ status, type, code, message, param }: ApiError): string {
  const error = { type, code: code ?? type, message, param };
  return JSON.stringify({
    type: "error",
    sequence_number: 0,
    status,
    error,
    ...{ code: error.code, message, param },
  });
}

/** The error of a message that comes while a response is told. */
export function responseInProgress(): ApiError {
  return invalidRequest(
    "Cannot begin another response: one is in progress on this connection. Wait for its end, or " +
      "open a second connection.",
    null,
    "response_in_progress",
  );
}

/** The error that ends a connection that has lived long enough. */
export function connectionLimitReached(): ApiError {
  return invalidRequest(
    "Cannot keep this connection longer than 60 minutes: open a new one.",
    null,
    "websocket_connection_limit_reached",
  );
}
