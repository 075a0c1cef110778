/** `POST /v1/responses`. */
import { eventWriter, wholeWriter } from "../protocol/responses/output/event_writer.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import { parseCreateResponse } from "../protocol/responses/schema.ts";
import { startInBackground } from "./background_responses.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { generation } from "./generation.ts";
import type { ReadRequest } from "./read_request.ts";

/** An answer that is not streamed. */
export interface WholeAnswer {
  write: (response: ResponseObject) => string;
  /** Whether a failure breaks the answer off, for want of a field that could tell it. */
  tears: boolean;
}

const RESPONSE_OBJECT: WholeAnswer = { write: JSON.stringify, tears: false };

/** Answers a Responses request, streamed or whole. */
export async function createResponse(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const read = { request: parseCreateResponse(json), size: bytes.length };
  return read.request.background
    ? startInBackground(c, services, read)
    : respond(c, services, read, RESPONSE_OBJECT);
}

/** From a checked request to its answer; `whole` is its form where it is not streamed. */
export async function respond(
  c: Context,
  services: Services,
  { request, size }: ReadRequest,
  whole: WholeAnswer,
): Promise<Response> {
  const events = request.stream === true;
  const prepared = await generation({
    request,
    size,
    headers: c.req.raw.headers,
    scope: c.get("scope"),
    memory: null,
    warmUp: false,
    background: false,
    beside: null,
  }, services);
  const carried = prepared.exchange(events ? eventWriter() : wholeWriter(whole.write));
  const { headers } = prepared;
  return exchange(c, services, { ...carried, events, tears: !events && whole.tears, headers });
}
