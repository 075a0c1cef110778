/**
 * The bodies of `/v1/conversations` and what is below it (openai 7.57).
 */
import { z } from "zod";
import { invalidRequest } from "./error.ts";
import { item } from "./responses/history/items.ts";

/** Items that one request may bring. */
const MOST_ITEMS = 20;

const metadata = z.record(z.string().max(64), z.string().max(512)).nullish();
const items = z.array(item).max(MOST_ITEMS, { error: `expected at most ${MOST_ITEMS} items` });

/** A conversation to be made. */
export const conversationCreation = z.object({ metadata, items: items.nullish() });
/** New metadata in place of the old. */
export const conversationChange = z.object({ metadata });
/** Items to be added. */
export const conversationItems = z.object({ items });

/**
 * Reads a decoded body.
 *
 * @throws {ApiError} 400 naming the field
 */
export function parseBody<T>(json: unknown, shape: z.ZodType<T>): T {
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0] ?? { path: [], message: "" };
  const param = path.join(".").slice(0, 200);
  throw invalidRequest(`Cannot read ${param || "the request"}: ${message}`, param || null);
}
