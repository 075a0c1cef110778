/** Why something cannot be had from a hub. */

/**
 * A reason in words, without paths and without what the hub itself said: `there is no such
 * repository`. What `pull()` rejects with is the whole sentence.
 */
export class HubError extends Error {
  /**
   * Whether another try may help, and how long the hub asks to wait for it, in milliseconds; null
   * where none does.
   */
  readonly again: { after: number } | null;

  constructor(reason: string, again: { after: number } | null = null) {
    super(reason);
    this.again = again;
  }
}

/** A failure that may pass. */
export function passing(reason: string, after = 0): HubError {
  return new HubError(reason, { after });
}
