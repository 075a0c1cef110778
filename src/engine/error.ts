/** The sentences of what cannot be done with llama-server's program. */

/** A llama-server that cannot be run; the message names its path, and says what to do. */
export class EngineError extends Error {
  /**
   * @param reason the same without path and cure, to follow "…: "
   */
  constructor(path: string, readonly reason: string, cure = "name another one by --llama-server") {
    super(`Cannot use llama-server at ${path}: ${reason}; ${cure}`);
  }
}

/** `reason` says what to do. */
export function cannotInstall(reason: string): Error {
  return new Error(`Cannot install llama-server: ${reason}`);
}
