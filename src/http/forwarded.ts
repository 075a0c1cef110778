/** What llama-server answers in one piece, by its own paths: embeddings, ranks, tokens, prompts. */
import {
  forwardedAnswer,
  type ForwardedRequest,
  parseEmbeddings,
  parseForwarded,
} from "../protocol/forwarded.ts";
import { spliceFields } from "../protocol/splice.ts";
import { wholeAnswer, wholeBody } from "../stream/whole_answer.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { needOf } from "./need.ts";

interface Forwarding {
  /** llama-server's own path. */
  path: string;
  /** Whether the model works for it, and so a slot is needed. */
  slot: boolean;
  parse(json: unknown): ForwardedRequest;
}

function forward(forwarding: Forwarding) {
  return async (c: Context, services: Services): Promise<Response> => {
    const { path, slot, parse } = forwarding;
    const { json, bytes } = await readJson(c.req.raw, services.config.limits);
    const request = parse(json);
    const served = await services.serving.resolve(request.model);
    const { model } = served;
    const scope = c.get("scope");
    scope.tell({ model: model.id });
    const body = spliceFields(bytes, {
      ...request.overrides,
      ...(request.model !== model.upstreamId && { model: model.upstreamId }),
    });
    const demand = { headers: c.req.raw.headers, bytes: body.length, most: 0, tier: null };
    return exchange(c, services, {
      work: {
        served,
        need: slot ? needOf(demand, model, services.config) : { slot },
        // Read whole before the answer begins, so that what is wrong with it keeps its status.
        async send(signal, { llama }) {
          const answered = await llama.text({ path, body }, signal);
          const { text, tokens } = forwardedAnswer(answered, model, request.check);
          scope.tell(tokens);
          return wholeBody(text);
        },
      },
      conversion: () => wholeAnswer(),
      events: false,
      tears: true,
      headers: {},
      settle: () => {},
    });
  };
}

export const createEmbeddings = forward({
  path: "/v1/embeddings",
  slot: true,
  parse: parseEmbeddings,
});

export const rerank = forward({ path: "/v1/rerank", slot: true, parse: parseForwarded });

export const tokenize = forward({ path: "/tokenize", slot: false, parse: parseForwarded });

export const detokenize = forward({ path: "/detokenize", slot: false, parse: parseForwarded });

export const applyTemplate = forward({
  path: "/apply-template",
  slot: false,
  parse: parseForwarded,
});
