/** `POST /v1/responses/input_tokens`: how long the prompt is that a request would make. */
import { type ApiError, openAiErrorBody } from "../protocol/error.ts";
import { toChat } from "../protocol/responses/request.ts";
import { type CreateResponse, parseCreateResponse } from "../protocol/responses/schema.ts";
import { wholeAnswer, wholeBody } from "../stream/whole_answer.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
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
  const { config, watch, seal, store } = services;
  const model = await watch.resolve(asked.model);
  const owner = ownerOf(c.req.raw.headers, config);
  const { request, place: { earlier } } = turnOf(asked, owner, { store, memory: null });
  const { images } = config;
  const { chat } = toChat(request, model, {
    ...{ images, unseal: seal.unseal, lastTools: null, earlier },
  });
  c.get("scope").tell({ model: model.id });
  return exchange(c, services, {
    // No token is written for it, so it waits for nobody.
    slot: false,
    async send(signal) {
      const tokens = await countTokens(services, { model, chat }, signal);
      return wholeBody(JSON.stringify(told(tokens)));
    },
    conversion: () => wholeAnswer(failure),
    events: false,
    tears: true,
    headers: {},
    settle: () => {},
  });
}
