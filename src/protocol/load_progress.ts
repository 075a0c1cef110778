/** How far a model has come with being loaded, as clients are told it. */
export interface LoadProgress {
  /** Bytes that llama-server has in memory; more than the files have, behind the last of them. */
  loaded: number;
  /** Bytes of the model's files. */
  total: number;
  /** Between 0 and 1. */
  fraction: number;
}
