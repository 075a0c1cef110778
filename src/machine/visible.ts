/** Which GPUs a variable like `CUDA_VISIBLE_DEVICES` leaves. Pure. */

/**
 * Whether a GPU may be used: all may where the variable is not set, none where it is empty. Its
 * words are numbers or the beginnings of ids; what stands behind a word of another kind (like -1)
 * does not count, as CUDA has it.
 */
export function isVisible(
  { index, uuid }: { index: number; uuid: string },
  value: string | undefined,
): boolean {
  if (value === undefined) return true;
  for (const word of value.split(",").map((each) => each.trim())) {
    if (!/^(?:\d+|[A-Z]+-[\w/-]+)$/i.test(word)) return false;
    if (/^\d+$/.test(word) ? Number(word) === index : uuid.startsWith(word)) return true;
  }
  return false;
}
