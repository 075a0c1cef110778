/**
 * Whose things a request may see: those that were made with the same key.
 */
import { createHash } from "node:crypto";
import type { Config } from "../config/config.ts";
import { givenKey } from "./edge.ts";

/**
 * A digest of the request's key, which can be kept; empty where Chaski asks for none, for then a key
 * that somebody sends means nothing.
 */
export function ownerOf(headers: Headers, { apiKey }: Pick<Config, "apiKey">): string {
  return apiKey === undefined
    ? ""
    : createHash("sha256").update(givenKey(headers)).digest("base64url");
}
