/** `POST /v1/responses` with `background: true`. */
import { invalidRequest } from "../protocol/error.ts";
import type { ResponseObject } from "../protocol/responses/output/response.ts";
import { explainFailure } from "../upstream/llama.ts";
import { backgroundStream } from "./background_stream.ts";
import type { Context, Services } from "./context.ts";
import { carry, EVENT_HEADERS } from "./exchange.ts";
import { generation } from "./generation.ts";
import type { ReadRequest } from "./read_request.ts";
import { ownerOf } from "./owner.ts";
import { beginTurn } from "./turns.ts";

/**
 * Starts the response and answers at once: with the response as it is queued, or with its events as
 * they come, which go on without the reader.
 */
export async function startInBackground(
  c: Context,
  services: Services,
  { request, size }: ReadRequest,
): Promise<Response> {
  const { config, store, background } = services;
  if (config.store === "never" || request.store === false) {
    const reason = "it could not be found again; let it be stored";
    throw invalidRequest(`Cannot answer in the background: ${reason}`, "background");
  }
  background.admit();
  const scope = c.get("scope");
  const { headers } = c.req.raw;
  const owner = ownerOf(headers, config);
  const asked = {
    ...{ request, size, headers, scope, memory: null, beside: null },
    ...{ warmUp: false, background: true },
  };
  const prepared = await generation(asked, services);
  const queued: ResponseObject = { ...prepared.response, status: "queued" };
  beginTurn(queued, prepared.turn, store);
  scope.handOver();
  background.start({
    response: prepared.response,
    begin: async (client, write) => {
      try {
        return await carry({ scope, client }, services, prepared.exchange(write));
      } catch (cause) {
        const left = client.aborted;
        scope.end(left ? "cancelled" : "failed", 200, left ? undefined : explainFailure(cause));
        throw cause;
      }
    },
  });
  const { id } = queued;
  if (request.stream !== true) return c.json(queued, 200, prepared.headers);
  const events = backgroundStream({ id, owner, after: -1 }, services);
  return new Response(events, { headers: { ...EVENT_HEADERS, ...prepared.headers } });
}
