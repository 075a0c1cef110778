/** `POST /v1/responses/input_tokens`: how long the prompt is that a request would make. */
import { toChat } from "../protocol/responses/request.ts";
import { type CreateResponse, parseCreateResponse } from "../protocol/responses/schema.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { ownerOf } from "./owner.ts";
import { countTokens } from "./token_count.ts";
import { turnOf } from "./turns.ts";

export async function countInputTokens(c: Context, services: Services): Promise<Response> {
  const { json } = await readJson(c.req.raw, services.config.limits);
  const input_tokens = await countPrompt(c, services, parseCreateResponse(json));
  return c.json({ object: "response.input_tokens", input_tokens });
}

/** Counts what a request would send; nothing is compacted for it. */
export async function countPrompt(
  c: Context,
  services: Services,
  asked: CreateResponse,
): Promise<number> {
  const { config, watch, seal, store } = services;
  const model = await watch.resolve(asked.model);
  const owner = ownerOf(c.req.raw.headers, config);
  const { request, place: { earlier } } = turnOf(asked, owner, { store, memory: null });
  const { images } = config;
  const translation = toChat(request, model, {
    ...{ images, unseal: seal.unseal, lastTools: null, earlier },
  });
  c.get("scope").tell({ model: model.id });
  return await countTokens(services, { model, chat: translation.chat }, c.req.raw.signal);
}
