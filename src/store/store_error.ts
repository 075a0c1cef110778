/**
 * What is wrong with the store, in one sentence for the log or the terminal. It names the file and
 * says what to do; clients are not to see it.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/**
 * SQLite's complaint as our sentence. Deno 2.9.6 hands over SQLite's words and no error number.
 *
 * @param path the file, or `:memory:`
 */
export function storeError(cause: unknown, path: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ");
  return new StoreError(sentence(reason, path), { cause });
}

function sentence(reason: string, path: string): string {
  if (/not a database|malformed|corrupt/i.test(reason)) return unusable(path);
  if (/is locked|busy/i.test(reason)) {
    return `Cannot open ${path}: another Chaski is using it. Stop that one, or give this one a ` +
      "folder of its own with --data-dir.";
  }
  if (/is full/i.test(reason)) return `Cannot write to ${path}: the disk is full.`;
  if (/readonly/i.test(reason)) return `Cannot write to ${path}: it may only be read.`;
  if (/unable to open/i.test(reason)) {
    return `Cannot open ${path}: it is no file that may be read and written.`;
  }
  return `Cannot use ${path}: ${reason}.`;
}

/** What to say of a file that is not, or no longer, a database of Chaski. */
export function unusable(path: string): string {
  return `Cannot use ${path}: it is no database of Chaski, or it is damaged. Move it elsewhere, ` +
    "with its -wal file if there is one, and start again: Chaski then begins with an empty one.";
}
