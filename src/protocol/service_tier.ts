/** How urgent a request is (`service_tier` of OpenAI's APIs). */

/** From the most urgent to the least. */
export const TIERS = ["priority", "default", "flex"] as const;

export type Tier = (typeof TIERS)[number];

/** The tier that a client names; `auto`, what is not known, and nothing at all are the default. */
export function tierOf(named: unknown): Tier {
  return TIERS.find((tier) => tier === named) ?? "default";
}
