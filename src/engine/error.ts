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

/** What the system refused to write, as a sentence; anything else as it is. */
export function explained(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") return error;
  return cannotInstall(
    code === "ENOSPC" || code === "EDQUOT"
      ? "the disk of the data folder is full; make room, or name another folder by --data-dir"
      : "the data folder cannot be written to; name another one by --data-dir",
  );
}

/** `reason` says what to do. */
export function cannotInstall(reason: string): Error {
  return new Error(`Cannot install llama-server: ${reason}`);
}
