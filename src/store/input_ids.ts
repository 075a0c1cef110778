/**
 * Ids of input items that say which response they came with. A turn may bring thousands of them; an
 * index of such ids would take many times longer to write than the turn itself.
 */

/** How ids of responses begin. */
const RESPONSE = "resp_";

/** Names the items of one response's input, one after the other. */
export function inputIds(response: string): (prefix: string) => string {
  let count = 0;
  const key = response.slice(RESPONSE.length);
  return (prefix) => `${prefix}_${key}${(count++).toString(16).padStart(6, "0")}`;
}

/** The response with whose input an item of this id may have come. */
export function responseOfInput(id: string): string | null {
  const key = /^[a-z]+_(.+)[0-9a-f]{6}$/s.exec(id)?.[1];
  return key === undefined ? null : RESPONSE + key;
}
