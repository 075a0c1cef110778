/** `POST /v1/responses/compact`: a conversation as one sealed summary. */
import { invalidRequest } from "../protocol/error.ts";
import { compactionObject } from "../protocol/responses/output/compaction_object.ts";
import { inputItems } from "../protocol/responses/request.ts";
import { parseCreateResponse } from "../protocol/responses/schema.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { respond, type WholeAnswer } from "./responses.ts";

const COMPACTION: WholeAnswer = { write: compactionObject, tears: true };

/** Answers with the item that stands for all that was said; nothing is kept. */
export async function compactResponse(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const request = parseCreateResponse(json);
  if (!request.model) {
    throw invalidRequest("Cannot compact the conversation: no model is named", "model");
  }
  const input = [...inputItems(request.input), { type: "compaction_trigger" as const }];
  const compaction = { ...request, input, stream: false, store: false };
  return respond(c, services, { request: compaction, size: bytes.length }, COMPACTION);
}
