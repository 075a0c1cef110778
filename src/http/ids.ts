/** Ids and times of responses, items and requests. */

/** `resp_` and 32 hex digits of randomness, in OpenAI's manner. */
export function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** The time in seconds since 1970, as OpenAI's objects have it. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
