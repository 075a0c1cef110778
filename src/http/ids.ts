/** Ids of responses, items and requests. */

/** `resp_` and 32 hex digits of randomness, in OpenAI's manner. */
export function newId(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "")}`;
}
