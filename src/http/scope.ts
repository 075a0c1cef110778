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
  /** How often llama-server was asked, where once was not enough. */
  passes?: number;
  /** How often the oldest was taken away (`truncation: "auto"`, and what is summed up). */
  cuts?: number;
  /** What came of a compaction that was due (`context_management`). */
  compaction?: "done" | "no_summary" | "failed" | "too_long" | "not_counted" | "image";
  /** Milliseconds that it waited for its turn. */
  queue_ms?: number;
  /** Whether it was sent once more, because its llama-server had died before a word was said. */
  retried?: true;
  /** Milliseconds until the model's first word. */
  first_ms?: number;
  /** Codes of what was dropped or replaced in the request. */
  notes?: string[];
}

/** Characters of a path that are logged. */
const MAX_PATH = 200;

export interface RequestScope {
  readonly id: string;
  /** Milliseconds of `performance.now()`. */
  readonly acceptedAt: number;
  /** Adds to the log line. */
  tell(facts: RequestFacts): void;
  /** The answer goes on behind its handler, and whoever ends it calls `end`. */
  handOver(): void;
  /** Whether `end` will be called later. */
  handedOver(): boolean;
  /** Logs the line; only the first call counts. */
  end(outcome: RequestOutcome, status: number, error?: ApiError): void;
}

/** What a request was and took. */
export interface RequestSummary {
  id: string;
  method: string;
  path: string;
  status: number;
  outcome: RequestOutcome;
  ms: number;
  facts: RequestFacts;
}

/** @param onEnd called once, when the line is logged */
export function requestScope(
  { id, method, path, log, onEnd }: {
    id: string;
    method: string;
    path: string;
    log: Log;
    onEnd: (summary: RequestSummary) => void;
  },
): RequestScope {
  const acceptedAt = performance.now();
  const where = { method, path: path.slice(0, MAX_PATH) };
  const facts: RequestFacts = {};
  let ended = false;
  let later = false;
  return {
    id,
    acceptedAt,
    tell: (more) => void Object.assign(facts, more),
    handOver: () => void (later = true),
    handedOver: () => later,
    end(outcome, status, error) {
      if (ended) return;
      ended = true;
      const ms = Math.round(performance.now() - acceptedAt);
      const line = { id, ...where, status, outcome, ms, ...withoutEmpty(facts) };
      const failure = error && {
        code: error.code ?? error.type,
        source: error.source,
        ...(error.cause !== undefined && { cause: causeOf(error.cause) }),
      };
      const level = outcome === "failed" ? "warn" : "info";
      // One line: a client could else write further ones, by a model's name for example.
      const why = error === undefined ? "" : `: ${error.message.replace(/\s+/g, " ")}`;
      log[level](`${method} ${where.path} ${status} ${outcome} in ${ms} ms${why}`, {
        ...line,
        ...failure,
      });
      onEnd({ id, ...where, status, outcome, ms, facts });
    },
  };
}

function withoutEmpty({ notes, ...facts }: RequestFacts): RequestFacts {
  return notes === undefined || notes.length === 0 ? facts : { ...facts, notes };
}

/** What went wrong below, for the operator's eyes; one line, no stack. */
function causeOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
