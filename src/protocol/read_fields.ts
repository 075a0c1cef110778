/** Reads the fields of a request that matter to Chaski; the rest is llama-server's. Pure. */
import type { z } from "zod";
import { invalidRequest } from "./error.ts";
import { isRecord } from "./record.ts";

/** A client's JSON as an object; throws ApiError 400. */
export function readObject(json: unknown): Record<string, unknown> {
  if (isRecord(json)) return json;
  throw invalidRequest("Cannot read the request: it is not a JSON object.");
}

/** What a schema reads of an object; throws ApiError 400 with the field at fault. */
export function readFields<Schema extends z.ZodType>(
  body: Record<string, unknown>,
  schema: Schema,
): z.output<Schema> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0] ?? { path: [], message: "" };
  const param = path.join(".");
  throw invalidRequest(`Cannot read '${param}': ${message}`, param);
}
