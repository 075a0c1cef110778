/** What a request needs of the model that it asks. */
import type { Config } from "../config/config.ts";
import { tierOf } from "../protocol/service_tier.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";
import type { Need } from "../upstream/serving.ts";
import { ownerOf } from "./owner.ts";
import type { Turn } from "./turns.ts";

/** What the turn of a request depends on. */
export interface Demand {
  headers: Headers;
  /** Bytes that its prompt comes of. */
  bytes: number;
  /** Tokens that its answer may have, as the client says it; 0 where there is none. */
  most: unknown;
  /** Its `service_tier`. */
  tier: unknown;
}

/** Bytes of a token, at least in practice: English and code have some three, Chinese two. */
const TOKEN = 2.5;
/** Of the context, and in tokens at least: an answer whose length nobody bounds. */
const ALLOWANCE = 1 / 8, LEAST_ALLOWANCE = 1024;

/** A slot, for whom, and the room that prompt and answer probably take at most. */
export function needOf(
  { headers, bytes, most, tier }: Demand,
  { context }: Pick<UpstreamModel, "context">,
  config: Pick<Config, "apiKey">,
): Need {
  const allowance = Math.max(LEAST_ALLOWANCE, (context ?? 0) * ALLOWANCE);
  const named = typeof most === "number" && most >= 0 ? most : allowance;
  const answer = Math.min(named, context ?? allowance);
  return {
    slot: true,
    owner: ownerOf(headers, config),
    tier: tierOf(tier),
    tokens: Math.ceil(bytes / TOKEN + answer),
  };
}

/** What a Responses request demands, with all that it names by ids. */
export function turnDemand(
  { headers, size }: { headers: Headers; size: number },
  { request, added, place: { earlier } }: Turn,
): Demand {
  const before = earlier.length === 0 ? 0 : JSON.stringify(earlier).length;
  const { max_output_tokens: most, service_tier: tier } = request;
  return { headers, bytes: size + added + before, most, tier };
}
