/** `POST /v1/responses/input_tokens`: how long the prompt is that a request would make. */
import { type ApiError, openAiErrorBody } from "../protocol/error.ts";
import { toChat } from "../protocol/responses/request.ts";
import { type CreateResponse, parseCreateResponse } from "../protocol/responses/schema.ts";
import { wholeAnswer, wholeBody } from "../stream/whole_answer.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { fitted } from "./fitted.ts";
import { ownerOf } from "./owner.ts";
import { countTokens } from "./token_count.ts";
import { turnOf } from "./turns.ts";

export async function countInputTokens(c: Context, services: Services): Promise<Response> {
  const { json } = await readJson(c.req.raw, services.config.limits);
  return answerCount(c, services, {
    request: parseCreateResponse(json),
    told: (input_tokens) => ({ object: "response.input_tokens", input_tokens }),
    failure: openAiErrorBody,
  });
}

/** A count that is asked for, and how it is told. */
export interface Counting {
  request: CreateResponse;
  told: (tokens: number) => unknown;
  failure: (error: ApiError) => unknown;
}

/** Counts what a request would send; nothing is compacted for it. */
export async function answerCount(
  c: Context,
  services: Services,
  { request: asked, told, failure }: Counting,
): Promise<Response> {
  const { config, serving, seal, store } = services;
  const served = await serving.resolve(asked.model);
  const owner = ownerOf(c.req.raw.headers, config);
  const { request, place: { earlier } } = turnOf(asked, owner, { store, memory: null });
  const { images } = config;
  const options = { images, unseal: seal.unseal, lastTools: null, earlier };
  const translation = fitted(served.model, (model) => toChat(request, model, options));
  c.get("scope").tell({ model: served.model.id });
  return exchange(c, services, {
    work: {
      served,
      // No token is written for it, so it waits for nobody.
      need: { slot: false },
      async send(signal, lease) {
        const tokens = await countTokens(lease, translation.as(lease.model).chat, signal);
        return wholeBody(JSON.stringify(told(tokens)));
      },
    },
    conversion: () => wholeAnswer(failure),
    events: false,
    tears: true,
    headers: {},
    settle: () => {},
  });
}
