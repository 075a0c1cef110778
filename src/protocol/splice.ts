/**
 * Changes fields of a client's JSON without writing it anew. llama-server's JSON reader takes the last
 * of two equal keys, so the prompt's prefix stays what it was. Pure.
 */
const OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d, BLANK = 0x20;

/** The client's bytes with the changed fields appended. `bytes` hold one JSON object. */
export function spliceFields(bytes: Uint8Array, fields: Record<string, unknown>): Uint8Array {
  const added = JSON.stringify(fields).slice(1);
  if (added === "}") return bytes;
  const end = bytes.lastIndexOf(CLOSE_OBJECT);
  const tail = new TextEncoder().encode(isEmpty(bytes, end) ? added : `,${added}`);
  const joined = new Uint8Array(end + tail.length);
  joined.set(bytes.subarray(0, end));
  joined.set(tail, end);
  return joined;
}

/** Whether nothing stands between the object's braces; white space of JSON is 0x20 at most. */
function isEmpty(bytes: Uint8Array, end: number): boolean {
  let at = end - 1;
  while ((bytes[at] ?? OPEN_OBJECT) <= BLANK) at--;
  return bytes[at] === OPEN_OBJECT;
}
