/**
 * One request from acceptance to its end: its id, its clock, and the one line that it logs.
 */
import type { Log } from "../log.ts";
import type { ApiError } from "../protocol/error.ts";

/** How a request ended; each ends once. */
export type RequestOutcome = "complete" | "failed" | "cancelled" | "refused";

/** What the log line tells besides path and time. Names of the fields are those of the log. */
export interface RequestFacts {
  model?: string;
  stream?: boolean;
  input_tokens?: number;
  cached_tokens?: number;
  output_tokens?: number;
  /** Milliseconds until the first byte of the answer's content. */
  first_byte_ms?: number;
  /** Codes of what was dropped or replaced in the request. */
  notes?: string[];
}

export interface RequestScope {
  readonly id: string;
  /** Milliseconds of `performance.now()`. */
  readonly acceptedAt: number;
  /** Adds to the log line. */
  tell(facts: RequestFacts): void;
  /** Logs the line; only the first call counts. */
  end(outcome: RequestOutcome, status: number, error?: ApiError): void;
}

export function requestScope(
  { id, method, path, log }: { id: string; method: string; path: string; log: Log },
): RequestScope {
  const acceptedAt = performance.now();
  const facts: RequestFacts = {};
  let ended = false;
  return {
    id,
    acceptedAt,
    tell: (more) => void Object.assign(facts, more),
    end(outcome, status, error) {
      if (ended) return;
      ended = true;
      const ms = Math.round(performance.now() - acceptedAt);
      const line = { id, method, path, status, outcome, ms, ...facts };
      const failure = error && {
        code: error.code ?? error.type,
        source: error.source,
        ...(error.cause !== undefined && { cause: causeOf(error.cause) }),
      };
      const level = outcome === "failed" ? "warn" : "info";
      const why = error === undefined ? "" : `: ${error.message}`;
      log[level](`${method} ${path} ${status} ${outcome} in ${ms} ms${why}`, {
        ...line,
        ...failure,
      });
    },
  };
}

/** What went wrong below, for the operator's eyes; one line, no stack. */
function causeOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
