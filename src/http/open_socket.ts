/** An open WebSocket, for who wants to end it. */
export interface OpenSocket {
  /** Lets a running response end, closes with 1001, and resolves when that is done. */
  end(): Promise<void>;
}
