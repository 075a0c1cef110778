/** Whose turn is next at a llama-server, and who may wait for one. Pure. */
import { type Tier, TIERS } from "../protocol/service_tier.ts";

/** What a request asks of a llama-server, and for whom. */
export interface Claim {
  /** Whose it is; empty where nobody has to say who he is. */
  owner: string;
  tier: Tier;
  /** Tokens that it may take of the KV cache, its answer included. */
  tokens: number;
}

/** A claim that waits. */
export interface Waiting extends Claim {
  /** Milliseconds of a clock. */
  since: number;
}

/** What a llama-server can hold. */
export interface Capacity {
  /** Requests at once; null where that is not known, and then nobody waits for a slot. */
  slots: number | null;
  /** Tokens of a cache that the slots share; null where each has its own share, or nobody knows. */
  tokens: number | null;
}

/** What it holds at the moment. */
export interface Load {
  running: number;
  tokens: number;
  /** How many of an owner's requests run. */
  runningOf(owner: string): number;
  /** The number of an owner's last turn, higher than all before; -1 where he had none lately. */
  lastTurnOf(owner: string): number;
}

/** Milliseconds of waiting that are worth a tier, so that nobody waits for ever. */
const TIER = 60_000;

/**
 * The one whose turn it is: the most urgent; then the one whose owner has the fewest running, or had
 * his last turn the longest ago; then the one that came first. Null where nobody waits, and where that
 * one does not fit yet: smaller ones never pass it, or a large one would wait for ever.
 *
 * @param waiting in the order in which they came
 * @param now milliseconds of the clock of `since`
 */
export function nextTurn<Each extends Waiting>(
  waiting: Iterable<Each>,
  load: Load,
  capacity: Capacity,
  now: number,
): Each | null {
  let first: { each: Each; rank: Rank } | null = null;
  for (const each of waiting) {
    const rank = rankOf(each, load, now);
    if (first === null || isBefore(rank, first.rank)) first = { each, rank };
  }
  return first !== null && fits(first.each, load, capacity) ? first.each : null;
}

/** What counts, in this order; less is better. */
type Rank = readonly [urgency: number, running: number, lastTurn: number];

function rankOf({ owner, tier, since }: Waiting, load: Load, now: number): Rank {
  const urgency = TIERS.indexOf(tier) - Math.floor((now - since) / TIER);
  return [urgency, load.runningOf(owner), load.lastTurnOf(owner)];
}

function isBefore(one: Rank, other: Rank): boolean {
  const [urgency, running, lastTurn] = other;
  if (one[0] !== urgency) return one[0] < urgency;
  return one[1] !== running ? one[1] < running : one[2] < lastTurn;
}

/** What is larger than the whole cache runs alone. */
function fits(claim: Claim, { running, tokens }: Load, capacity: Capacity): boolean {
  if (running >= (capacity.slots ?? Infinity)) return false;
  return running === 0 || tokens + claim.tokens <= (capacity.tokens ?? Infinity);
}

/**
 * Why the last one that came cannot wait: there is no place, or its owner has taken his, which are
 * half of them, so that there is always one for somebody else. Null where it can.
 *
 * @param waiting with the last one
 * @param most how many may wait
 */
export function refusal(
  waiting: ReadonlySet<Claim>,
  { owner }: Claim,
  most: number,
): "full" | "share" | null {
  if (waiting.size > most) return "full";
  if (owner === "") return null;
  const own = [...waiting].filter((each) => each.owner === owner).length;
  return own > Math.ceil(most / 2) ? "share" : null;
}
