/**
 * Who may ask: the key, and the guard that keeps web pages away from a server without one.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback } from "../config/address.ts";
import type { Config } from "../config/config.ts";
import { ApiError } from "../protocol/error.ts";

type Keys = Pick<Config, "apiKey" | "adminKey">;

/** Checks a request's key; throws ApiError 401. Without an API key every request passes. */
export function keyCheck({ apiKey, adminKey }: Keys): (headers: Headers) => void {
  if (apiKey === undefined) return () => {};
  const accepted = [apiKey, adminKey].filter((key) => key !== undefined).map(isKey);
  return (headers) => {
    const given = givenKey(headers);
    if (!accepted.some((isIt) => isIt(given))) throw wrongKey(given);
  };
}

/**
 * Checks that a request may manage models; throws ApiError 401 or 403. Where there is no admin key,
 * whoever is let in without any key on loopback may, and nobody else.
 */
export function adminCheck(
  { apiKey, adminKey, host }: Keys & Pick<Config, "host">,
): (headers: Headers) => void {
  if (adminKey === undefined) {
    const open = apiKey === undefined && isLoopback(host);
    return () => {
      if (!open) throw notAdmin(NO_ADMIN_KEY);
    };
  }
  const isAdmin = isKey(adminKey);
  const isClient = apiKey === undefined ? () => false : isKey(apiKey);
  return (headers) => {
    const given = givenKey(headers);
    if (isAdmin(given)) return;
    throw isClient(given) ? notAdmin("this takes the admin key. Send that") : wrongKey(given);
  };
}

const NO_ADMIN_KEY =
  "Chaski has no admin key. Start it with one in CHASKI_ADMIN_KEY or --admin-key-file, and send it";

/** Tells a key; digests have one length, so the comparison's time tells nothing. */
function isKey(key: string): (given: string) => boolean {
  const expected = digest(key);
  return (given) => given !== "" && timingSafeEqual(digest(given), expected);
}

function wrongKey(given: string): ApiError {
  return new ApiError(
    given === ""
      ? "Cannot let you in: the request has no key. Send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'."
      : "Cannot let you in: the key is wrong.",
    { status: 401, type: "invalid_request_error", code: "invalid_api_key" },
  );
}

function notAdmin(reason: string): ApiError {
  return new ApiError(`Cannot let you manage models: ${reason}.`, {
    ...{ status: 403, type: "invalid_request_error", code: "admin_key_required" },
  });
}

/** The key that a request sends; empty where it sends none. */
export function givenKey(headers: Headers): string {
  const bearer = /^bearer\s+(.+)$/i.exec(headers.get("authorization") ?? "")?.[1]?.trim();
  return bearer ?? headers.get("x-api-key")?.trim() ?? "";
}

function digest(key: string): Uint8Array {
  return createHash("sha256").update(key).digest();
}

/**
 * Refuses what a web page could send (CSRF, DNS rebinding); throws ApiError 403.
 * A page's Origin must be Chaski's own, and on loopback the Host must be a loopback name.
 *
 * @param host the address that Chaski listens on
 * @returns takes the headers, and the host of the URL, because HTTP/2 has no Host header
 */
export function pageCheck(
  host: string,
  hasKey: boolean,
): (headers: Headers, urlHost: string) => void {
  const local = isLoopback(host);
  if (!local && hasKey) return () => {};
  return (headers, urlHost) => {
    const hostHeader = headers.get("host") ?? urlHost;
    const origin = headers.get("origin");
    if (local && !isLoopback(nameOf(hostHeader)) && nameOf(hostHeader) !== host) {
      throw forbidden(
        "Cannot serve this host name: Chaski listens on loopback only. " +
          "Ask it as 127.0.0.1 or localhost.",
      );
    }
    if (origin !== null && !sameOrigin(origin, hostHeader)) {
      throw forbidden("Cannot serve a web page of another origin.");
    }
    if (headers.get("sec-fetch-site") === "cross-site") {
      throw forbidden("Cannot serve a web page of another site.");
    }
  };
}

function sameOrigin(origin: string, hostHeader: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === hostHeader.toLowerCase();
}

/** `[::1]:8484` → `::1`, `localhost:8484` → `localhost`. */
function nameOf(hostHeader: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(hostHeader)?.[1];
  return (bracketed ?? hostHeader.replace(/:\d+$/, "")).toLowerCase();
}

function forbidden(message: string): ApiError {
  return new ApiError(message, {
    status: 403,
    type: "invalid_request_error",
    code: "forbidden_origin",
  });
}
