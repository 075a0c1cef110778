/**
 * The one error that a client may read, and how OpenAI's APIs spell it.
 */

/** Who failed: the client, Chaski itself, or llama-server behind it. */
export type ErrorSource = "client" | "chaski" | "upstream";

/** A prompt that is too long, in tokens. */
export interface Overflow {
  tokens: number;
  limit: number;
}

/** What an {@link ApiError} carries besides its sentence. */
export interface ApiErrorInit {
  /** HTTP status that is sent when no byte of the answer has left yet. */
  status: number;
  /** OpenAI's error class, for example `invalid_request_error`. */
  type: string;
  /** Machine-readable code that clients branch on, or null. */
  code?: string | null;
  /** The request field at fault, as a path like `input[3].call_id`, or null. */
  param?: string | null;
  /** Seconds after which a retry makes sense; sent as `retry-after`. */
  retryAfter?: number;
  /** Who failed; defaults to `client` below 500 and to `chaski` from there on. */
  source?: ErrorSource;
  /** How long the prompt is and may be, where that is what failed. */
  overflow?: Overflow;
  cause?: unknown;
}

/**
 * A failure that is safe to show to a client: its message is a sentence that says what to do and
 * holds no path, stack or key. Thrown before an answer begins, a value inside a stream after that.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfter: number | undefined;
  readonly source: ErrorSource;
  readonly overflow: Overflow | undefined;

  constructor(message: string, init: ApiErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.status = init.status;
    this.type = init.type;
    this.code = init.code ?? null;
    this.param = init.param ?? null;
    this.retryAfter = init.retryAfter;
    this.source = init.source ?? (init.status < 500 ? "client" : "chaski");
    this.overflow = init.overflow;
  }
}

/** A request that no retry can cure: 400 `invalid_request_error`. */
export function invalidRequest(
  message: string,
  param: string | null = null,
  code: string | null = null,
): ApiError {
  return new ApiError(message, { status: 400, type: "invalid_request_error", code, param });
}

/** OpenAI's error envelope, with the marker of who failed. */
export interface OpenAiErrorBody {
  error: {
    message: string;
    type: string;
    code: string | null;
    param: string | null;
    source: ErrorSource;
  };
}

/** Renders an error the way OpenAI's APIs do; `source` is our addition. */
export function openAiErrorBody(error: ApiError): OpenAiErrorBody {
  const { message, type, code, param, source } = error;
  return { error: { message, type, code, param, source } };
}
