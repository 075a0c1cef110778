/** The verbs of what is kept about this machine; it belongs to no client. */

/** A process that Chaski has started. */
export interface LocalProcess {
  /** Stands in its environment, and in no other process's. */
  readonly mark: string;
  readonly pid: number;
  /** Seconds since 1970. */
  readonly startedAt: number;
  /** The model that it runs; cut at 256 characters. */
  readonly model: string;
}

export interface Processes {
  /** Takes the place of one with the same mark. */
  put(process: LocalProcess): void;
  /** False when there is none. */
  remove(mark: string): boolean;
  /** The oldest first; at most 1,000. */
  list(): readonly LocalProcess[];
}

/** A folder with models that was named while Chaski ran. */
export interface LocalFolder {
  readonly path: string;
  /** Seconds since 1970. */
  readonly addedAt: number;
}

export interface Folders {
  /**
   * False when it is there. Paths are compared byte for byte.
   *
   * @param path absolute, of a folder that exists, whose length the system bounds
   */
  add(folder: LocalFolder): boolean | "too many";
  /** False when there is none. */
  remove(path: string): boolean;
  /** In the order in which they were added; at most 64. */
  list(): readonly LocalFolder[];
}
