/**
 * Reads a body that may be hostile: bounded in bytes and time, and JSON in depth.
 */
import { LimitedBytesTransformStream } from "@std/streams/limited-bytes-transform-stream";
import { toBytes } from "@std/streams/to-bytes";
import { ApiError, invalidRequest } from "../protocol/error.ts";
import { clientLeft } from "./errors.ts";
import { within } from "./within.ts";

export interface BodyLimits {
  /** MiB. */
  bodyMb: number;
  /** Nested arrays and objects. */
  jsonDepth: number;
}

/** A parsed body, and its bytes for routes that pass them on. */
export interface JsonBody {
  json: unknown;
  bytes: Uint8Array;
}

const MIB = 1024 * 1024;

/** The longest a body may take to arrive, in milliseconds. */
const BODY_TIMEOUT = 60_000;

/** Reads and parses; throws ApiError 400, 408, 413 or 415. */
export async function readJson(request: Request, limits: BodyLimits): Promise<JsonBody> {
  return parseBody(await readBody(request, limits), limits);
}

/** Reads what is no JSON; throws ApiError 408, 413 or 415. */
export async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity") {
    throw new ApiError(
      `Cannot read the body: content-encoding '${encoding.slice(0, 40)}' is not understood. ` +
        "Send it uncompressed.",
      { status: 415, type: "invalid_request_error", code: "unsupported_content_encoding" },
    );
  }
  return await within(readBytes(request, limits.bodyMb), BODY_TIMEOUT, tooLate);
}

/** Parses what has arrived whole, such as a WebSocket's message; throws ApiError 400 or 413. */
export function parseBody(bytes: Uint8Array, limits: BodyLimits): JsonBody {
  if (bytes.length > limits.bodyMb * MIB) throw tooLarge(limits.bodyMb);
  checkDepth(bytes, limits.jsonDepth);
  const sent = decode(bytes);
  const text = pairSurrogates(sent);
  try {
    return {
      json: JSON.parse(text),
      bytes: text === sent ? bytes : new TextEncoder().encode(text),
    };
  } catch {
    throw invalidRequest("Cannot read the body: it is not JSON.", null, "invalid_json");
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidRequest("Cannot read the body: it is not UTF-8.");
  }
}

const SURROGATE = /\\u[dD][89a-fA-F]/;
/** A pair, a lone half, or any other escape, so that an escaped backslash is not taken for one. */
const ESCAPE =
  /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|[^])/g;

/**
 * Half an emoji, as clients make it that cut text by length, becomes U+FFFD: llama-server refuses
 * the whole request for it.
 */
function pairSurrogates(json: string): string {
  if (!SURROGATE.test(json)) return json;
  return json.replace(ESCAPE, (escape, lone) => lone === undefined ? escape : "\\ufffd");
}

async function readBytes(request: Request, bodyMb: number): Promise<Uint8Array> {
  const limit = bodyMb * MIB;
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > limit) throw tooLarge(bodyMb);
    return new Uint8Array(await request.arrayBuffer().catch(brokenOff));
  }
  if (request.body === null) return new Uint8Array(0);
  try {
    return await toBytes(
      request.body.pipeThrough(new LimitedBytesTransformStream(limit, { error: true })),
    );
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bodyMb);
    return brokenOff();
  }
}

/** Whatever the system says about it, a body that does not end is a client that has left. */
function brokenOff(): never {
  throw clientLeft();
}

function tooLate(): never {
  throw new ApiError("Cannot read the body: it did not arrive in time.", {
    status: 408,
    type: "invalid_request_error",
    code: "request_timeout",
  });
}

function tooLarge(bodyMb: number): ApiError {
  return new ApiError(
    `Cannot read the body: it is larger than ${bodyMb} MiB (setting limits.body_mb).`,
    { status: 413, type: "invalid_request_error", code: "request_too_large" },
  );
}

const QUOTE = 0x22, BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b, CLOSE_LIST = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d;

/**
 * Refuses deep nesting before it is parsed: 64 MB of brackets would become gigabytes of arrays.
 * Strings, which are most of a prompt, are skipped by the native search.
 */
function checkDepth(bytes: Uint8Array, limit: number): void {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = endOfString(bytes, i);
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > limit) {
        throw invalidRequest(
          `Cannot read the body: it nests deeper than ${limit} levels (setting limits.json_depth).`,
        );
      }
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--;
    }
  }
}

function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = start;;) {
    end = bytes.indexOf(QUOTE, end + 1);
    if (end < 0) return bytes.length;
    let slashes = end - 1;
    while (bytes[slashes] === BACKSLASH) slashes--;
    if ((end - slashes) % 2 === 1) return end;
  }
}
