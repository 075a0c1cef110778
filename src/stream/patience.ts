/** How long a transfer waits for whom. Pure. */
import { ApiError } from "../protocol/error.ts";

/** Milliseconds. */
export interface Patience {
  /** The first keep-alive at the latest, counted from the request's acceptance. */
  firstBeat: number;
  /** Every further keep-alive at the latest, counted from the last thing sent. */
  beat: number;
  /** Silence of the upstream before the answer begins: queue and prompt. */
  firstByte: number;
  /** Silence of the upstream once the model answers. */
  stall: number;
  /** How long a client may leave off reading, while its answer holds a slot of llama-server. */
  reader: number;
}

/** How often the clock has to be looked at: ten times within the shortest, every 0.5 s at least. */
export function tickOf(patience: Patience): number {
  return Math.max(5, Math.min(500, ...Object.values(patience).map((ms) => ms / 10)));
}

/** The 504 of an upstream that was silent for too long. */
export function stalled(limit: number, answering: boolean): ApiError {
  const seconds = Math.round(limit / 1000);
  const phase = answering ? "went silent in the middle of its answer" : "did not begin to answer";
  const setting = answering ? "timeouts.stall" : "timeouts.first_byte";
  return new ApiError(
    `Cannot finish the answer: llama-server ${phase} for ${seconds} s (setting ${setting}).`,
    { status: 504, type: "server_error", code: "upstream_timeout", source: "upstream" },
  );
}
