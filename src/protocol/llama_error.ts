/**
 * What llama-server's errors mean to a client (seen on llama.cpp 0.7.0; spec llama-server.md and
 * codex.md section 5): overflow and broken prompts are 400, because no retry cures them; loading
 * and capacity are 503 with a time; nothing is ever a naked 500. What no retry can cure has a code
 * that Codex takes as final, `invalid_prompt` or `context_length_exceeded`.
 */
import { ApiError, invalidRequest } from "./error.ts";

interface LlamaErrorBody {
  message: string;
  type: string;
  n_prompt_tokens?: number;
  n_ctx?: number;
}

/** The longest piece of llama-server's own text that is passed on, in characters. */
const QUOTE = 400;

/**
 * Explains an answer that is not 200.
 *
 * @param status HTTP status, or the `code` of an error inside a stream
 * @param text the answer's body
 */
export function llamaError(status: number, text: string): ApiError {
  const body = readBody(text);
  for (const rule of RULES) {
    const error = rule(status, body);
    if (error !== null) return error;
  }
  return upstreamFailure(`llama-server answered ${status}: ${quote(body.message)}`);
}

/** Explains `{"error": …}` in the middle of a stream. */
export function llamaStreamError(error: unknown): ApiError {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : 500;
  return llamaError(typeof code === "number" ? code : 500, JSON.stringify({ error }));
}

/** A 502 for what went wrong behind Chaski. */
export function upstreamFailure(message: string, code = "upstream_error"): ApiError {
  return new ApiError(message, { status: 502, type: "server_error", code, source: "upstream" });
}

/** A 502 for bytes that are not what llama-server writes. */
export function upstreamGarbled(what: string): ApiError {
  return upstreamFailure(`Cannot understand llama-server's answer: ${what}.`, "upstream_garbled");
}

/** A 502 for an answer that ended before it said why. */
export function upstreamCutOff(): ApiError {
  return upstreamFailure(
    "Cannot finish the answer: llama-server ended its stream before it had said why it stopped.",
    "upstream_disconnected",
  );
}

type Rule = (status: number, body: LlamaErrorBody) => ApiError | null;

const RULES: readonly Rule[] = [
  overflow,
  (status, { message }) =>
    status === 503 || /loading model/i.test(message) ? loading(message) : null,
  (_status, { message }) => /context size has been exceeded/i.test(message) ? capacity() : null,
  (status) => status === 401 || status === 403 ? badUpstreamKey() : null,
  unknownModel,
  (_status, { message }) => template(message),
  (_status, { message }) => grammar(message),
  (_status, { message }) =>
    /image input is not supported/i.test(message)
      ? invalidRequest(
        "Cannot read the image: llama-server has no vision projector for this model. " +
          "Start it with --mmproj, or send no images.",
        null,
        "invalid_prompt",
      )
      : null,
  (_status, { message }) =>
    /^failed to parse (tools|messages|tool call arguments)/i.test(message)
      ? invalidRequest(
        `Cannot build the prompt: llama-server says: ${quote(message)}`,
        null,
        "invalid_prompt",
      )
      : null,
  (status, { message }) => status === 501 ? notSupported(message) : null,
  (status, { message }) => status === 404 && /^file not found/i.test(message) ? noSuchPath() : null,
  (_status, { message }) =>
    /too large to process/i.test(message)
      ? invalidRequest(
        `Cannot read the input: llama-server says: ${quote(message)} ` +
          "Shorten it, or start llama-server with a larger --ubatch-size.",
        null,
        "context_length_exceeded",
      )
      : null,
  // What /detokenize says of a number that is no token's.
  (_status, { message }) =>
    /_M_range_check/.test(message)
      ? invalidRequest("Cannot detokenize: the model has no such token.", "tokens")
      : null,
  (status, { message }) =>
    status >= 400 && status < 500
      ? invalidRequest(
        `llama-server refused the request: ${quote(message)}`,
        null,
        "invalid_prompt",
      )
      : null,
];

function overflow(_status: number, body: LlamaErrorBody): ApiError | null {
  if (body.type !== "exceed_context_size_error") return null;
  const { n_prompt_tokens: tokens, n_ctx: limit } = body;
  const known = tokens !== undefined && limit !== undefined;
  const sizes = known
    ? `its ${tokens} tokens exceed the ${limit} tokens that one slot holds`
    : "it exceeds the context that one slot holds";
  return new ApiError(
    `Cannot read the prompt: ${sizes}. Shorten or compact the conversation, ` +
      "or give the model a larger context (llama-server's --ctx-size, Chaski's setting context).",
    {
      status: 400,
      type: "invalid_request_error",
      code: "context_length_exceeded",
      ...(known && { overflow: { tokens, limit } }),
    },
  );
}

function loading(message: string): ApiError {
  const why = /loading model/i.test(message) ? "it is still loading its model" : quote(message);
  return new ApiError(`Cannot answer yet: llama-server says no, ${why}. Try again shortly.`, {
    status: 503,
    type: "server_error",
    code: "model_loading",
    retryAfter: 2,
    source: "upstream",
  });
}

/** Whether a request was ended because llama-server's slots share a cache that is full. */
export function isCacheFull({ code, source }: ApiError): boolean {
  return code === CACHE_FULL && source === "upstream";
}

const CACHE_FULL = "server_is_overloaded";

function capacity(): ApiError {
  return new ApiError(
    "Cannot go on: llama-server's shared context is full, because several requests together " +
      "outgrew it. Try again, run fewer at once, or give it a larger context (--ctx-size).",
    {
      status: 503,
      type: "server_error",
      code: CACHE_FULL,
      retryAfter: 2,
      source: "upstream",
    },
  );
}

function badUpstreamKey(): ApiError {
  return upstreamFailure(
    "Cannot use llama-server: it refused Chaski's key. " +
      "Whoever runs Chaski sets it by CHASKI_UPSTREAM_KEY or --upstream-key-file.",
    "upstream_key_refused",
  );
}

function unknownModel(_status: number, { message }: LlamaErrorBody): ApiError | null {
  if (!/^model .* not found|model name is missing|model is not loaded/i.test(message)) return null;
  return new ApiError(`Cannot find the model: llama-server says: ${quote(message)}`, {
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
  });
}

function template(message: string): ApiError | null {
  const reason = /Jinja Exception: (.+)/.exec(message)?.[1];
  const broken = reason === undefined &&
    /unable to generate parser for this template/i.test(message) &&
    !/json schema/i.test(message);
  if (reason === undefined && !broken) return null;
  return invalidRequest(
    `Cannot build the prompt: the model's chat template refuses this conversation: ${
      quote(reason ?? message)
    } Start a new conversation, or give llama-server another template by --chat-template-file.`,
    null,
    "invalid_prompt",
  );
}

function grammar(message: string): ApiError | null {
  if (!/failed to parse grammar|failed to initialize samplers|json schema/i.test(message)) {
    return null;
  }
  return invalidRequest(
    `Cannot constrain the answer: llama-server cannot turn a schema into a grammar: ${
      quote(message)
    } Simplify the schema of the tools or of the response format.`,
    null,
    "invalid_prompt",
  );
}

function notSupported(message: string): ApiError {
  return new ApiError(`llama-server was not started for this: ${quote(message)}`, {
    status: 501,
    type: "invalid_request_error",
    code: "not_supported",
    source: "upstream",
  });
}

function noSuchPath(): ApiError {
  return new ApiError(
    "Cannot do this: llama-server has no such path. A newer one may have it, " +
      "or --upstream names a wrong path.",
    { status: 501, type: "invalid_request_error", code: "not_supported", source: "upstream" },
  );
}

function readBody(text: string): LlamaErrorBody {
  try {
    const { error } = JSON.parse(text) as { error?: Partial<LlamaErrorBody> | string };
    if (typeof error === "string") return { message: error, type: "" };
    if (typeof error?.message === "string") {
      return { ...error, message: error.message, type: String(error.type ?? "") };
    }
  } catch {
    // Not JSON: a proxy's page, or another server. The text itself says most.
  }
  return { message: text, type: "" };
}

/** A path with an extension, which may hold spaces, or one without. */
const PATH =
  /(?:[A-Za-z]:)?(?:[\\/][^\\/'"`:\n]{1,100})+?\.[A-Za-z]\w{0,7}\b|(?:[A-Za-z]:)?(?:[\\/][\w.@+-]+){2,}/g;

/** One line of foreign text, bounded, without the paths that llama-server likes to name. */
function quote(text: string): string {
  const line = text.slice(0, 4 * QUOTE).replace(PATH, "[path]").replace(/\s+/g, " ").trim();
  const cut = line.length > QUOTE ? `${line.slice(0, QUOTE)}…` : line;
  return cut === "" ? "(no message)" : /[.!?]$/.test(cut) ? cut : `${cut}.`;
}
