/** How completions of every kind are carried: chat, text, and what belongs between two texts. */
import { isRecord } from "../protocol/record.ts";
import type { Folding } from "../stream/folding.ts";
import type { LlamaBody } from "../upstream/llama.ts";
import type { Lease, Served } from "../upstream/serving.ts";
import type { JsonBody } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { type Demand, needOf } from "./need.ts";
import { tokenFacts } from "./token_facts.ts";

/** What is asked, and how its answer is told. */
export interface CompletionExchange {
  served: Served;
  /** The request as it came. */
  asked: JsonBody;
  /** What is sent to the model as it runs. */
  request: (lease: Lease) => LlamaBody;
  conversion: Folding;
  stream: boolean;
  headers: Record<string, string>;
}

/** Answers over a slot of llama-server, and tells what it cost. */
export function answerCompletion(
  c: Context,
  services: Services,
  { served, asked, request, conversion, stream, headers }: CompletionExchange,
): Promise<Response> {
  return exchange(c, services, {
    work: {
      served,
      need: needOf(demandOf(c, asked), served.model, services.config),
      send: (signal, lease) => lease.llama.events(request(lease), signal),
    },
    conversion: () => conversion,
    events: stream,
    // No completion has a place for an error: the client must not take half of one for whole.
    tears: !stream,
    headers,
    settle: () => c.get("scope").tell(tokenFacts(conversion.counts())),
  });
}

function demandOf(c: Context, { json, bytes }: JsonBody): Demand {
  const fields = isRecord(json) ? json : {};
  const { max_completion_tokens, max_tokens, n_predict, service_tier: tier } = fields;
  const most = max_completion_tokens ?? max_tokens ?? n_predict;
  return { headers: c.req.raw.headers, bytes: bytes.length, most, tier };
}
