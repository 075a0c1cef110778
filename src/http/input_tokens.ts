/** `POST /v1/responses/input_tokens`: how long the prompt is that a request would make. */
import { upstreamGarbled } from "../protocol/llama_error.ts";
import { isRecord } from "../protocol/record.ts";
import { toChat } from "../protocol/responses/request.ts";
import { type CreateResponse, parseCreateResponse } from "../protocol/responses/schema.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { ownerOf } from "./owner.ts";
import { turnOf } from "./turns.ts";

export async function countInputTokens(c: Context, services: Services): Promise<Response> {
  const { json } = await readJson(c.req.raw, services.config.limits);
  const input_tokens = await countPrompt(c, services, parseCreateResponse(json));
  return c.json({ object: "response.input_tokens", input_tokens });
}

/** Counted by llama-server, of what would really be sent to it. */
export async function countPrompt(
  c: Context,
  { config, watch, llama, seal, store }: Services,
  asked: CreateResponse,
): Promise<number> {
  const model = await watch.resolve(asked.model);
  const owner = ownerOf(c.req.raw.headers, config);
  const { request, place: { earlier } } = turnOf(asked, owner, { store, memory: null });
  const { images } = config;
  const translation = toChat(request, model, {
    ...{ images, unseal: seal.unseal, lastTools: null, earlier },
  });
  c.get("scope").tell({ model: model.id });
  const body = { model: model.upstreamId, ...translation.chat };
  const path = "/v1/chat/completions/input_tokens";
  const counted = await llama.postJson(path, body, c.req.raw.signal);
  if (!isRecord(counted) || typeof counted.input_tokens !== "number") {
    throw upstreamGarbled("it counts no tokens");
  }
  return counted.input_tokens;
}
