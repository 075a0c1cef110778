/** `/v1/responses/{id}` and what is below it: responses that are kept. */
import { ApiError, invalidRequest } from "../protocol/error.ts";
import { eventWriter } from "../protocol/responses/output/event_writer.ts";
import { replay } from "../protocol/responses/output/replay.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import type { StoredResponse } from "../store/store.ts";
import { backgroundStream } from "./background_stream.ts";
import type { Context, Services } from "./context.ts";
import { EVENT_HEADERS } from "./exchange.ts";
import { ownerOf } from "./owner.ts";
import { pageBody, pageQuery } from "./pages.ts";

/** `GET /v1/responses/{id}`: the response, or with `stream=true` its events once more. */
export function getResponse(c: Context, services: Services): Response {
  const { id, owner, text, background } = found(c, services);
  if (c.req.query("stream") !== "true") {
    return c.body(text, 200, { "content-type": "application/json" });
  }
  const after = sequenceNumber(c.req.query("starting_after"));
  if (background) {
    const events = backgroundStream({ id, owner, after }, services);
    return new Response(events, { headers: EVENT_HEADERS });
  }
  const write = eventWriter();
  let sequence = -1;
  let events = "";
  replay(JSON.parse(text) as ResponseObject, (event) => {
    const written = write(event);
    sequence++;
    if (sequence > after) events += written;
  });
  return c.body(events, 200, EVENT_HEADERS);
}

/** `DELETE /v1/responses/{id}`. */
export function deleteResponse(c: Context, services: Services): Response {
  const id = idOf(c);
  const { store, config } = services;
  if (!store.responses.delete(id, ownerOf(c.req.raw.headers, config))) throw notFound(id);
  // What still runs for it would run for nobody.
  void services.background.cancel(id);
  return c.json({ id, object: "response", deleted: true });
}

/** `POST /v1/responses/{id}/cancel`: only what runs by itself can be cancelled by its id. */
export async function cancelResponse(c: Context, services: Services): Promise<Response> {
  const { id, background } = found(c, services);
  if (!background) {
    throw invalidRequest(
      "Cannot cancel a response that does not run in the background: close its connection instead",
    );
  }
  await services.background.cancel(id);
  const { text } = found(c, services);
  return c.body(text, 200, { "content-type": "application/json" });
}

/** `GET /v1/responses/{id}/input_items`. */
export function listInputItems(c: Context, services: Services): Response {
  const id = idOf(c);
  const { store, config } = services;
  const owner = ownerOf(c.req.raw.headers, config);
  const page = store.responses.page(id, owner, pageQuery(c, "desc"));
  if (page === null) throw notFound(id);
  return c.body(pageBody(page), 200, { "content-type": "application/json" });
}

function found(c: Context, { store, config }: Services): StoredResponse {
  const id = idOf(c);
  const response = store.responses.get(id, ownerOf(c.req.raw.headers, config));
  if (response === null) throw notFound(id);
  return response;
}

function idOf(c: Context): string {
  return c.req.param("id") ?? "";
}

function notFound(id: string): ApiError {
  const shown = id.length > 100 ? `${id.slice(0, 100)}…` : id;
  return new ApiError(
    `Cannot find the response '${shown}': there is none, or it is no longer kept.`,
    { status: 404, type: "invalid_request_error", code: "response_not_found" },
  );
}

/** The number behind which a stream goes on; everything where none is named. */
function sequenceNumber(text: string | undefined): number {
  if (text === undefined || text === "") return -1;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidRequest("Cannot go on: starting_after is no sequence number", "starting_after");
}
