/**
 * What Chaski asks of llama-server, as functions; failures are errors that a client may read.
 */
import { ApiError } from "../protocol/error.ts";
import { llamaError, upstreamFailure, upstreamGarbled } from "../protocol/llama_error.ts";
import { openUpstream, type UpstreamResponse } from "./http.ts";

/** The most that is read of what Chaski itself asks for, in bytes. */
const MAX_ANSWER = 8 * 1024 * 1024;
/** The most that is read of an answer which is passed on: 2,000 embeddings of 1,024 numbers fit. */
const MAX_FORWARDED = 64 * 1024 * 1024;
/** The most that is read of an error, in bytes. */
const MAX_ERROR = 64 * 1024;
const EVENT_STREAM = "text/event-stream";
const JSON_TYPE = "application/json";

/** A request as it is sent. */
export interface LlamaBody {
  path: string;
  body: string | Uint8Array;
  /** Its content type; JSON where nothing is said. */
  type?: string;
}

export interface Llama {
  /**
   * Starts a chat completion. Resolves with the body once llama-server has begun to answer, which
   * is when a slot takes the request; rejects with an ApiError or what `explainFailure` knows.
   *
   * @param body JSON text of the request
   */
  chat(body: string | Uint8Array, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** Starts any stream of events. Resolves and rejects like `chat`. */
  events(request: LlamaBody, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** The text of an answer in one piece. Rejects like `chat`. */
  text(request: LlamaBody, signal: AbortSignal): Promise<string>;
  /** A GET that answers JSON. Rejects like `chat`. */
  getJson(path: string, signal: AbortSignal): Promise<unknown>;
  /** A POST of JSON that answers JSON. Rejects like `chat`. */
  postJson(path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * @param baseUrl normalised: no trailing slash, no `/v1`
 * @param connectTimeout milliseconds
 */
export function openLlama(
  { baseUrl, key, connectTimeout }: {
    baseUrl: string;
    key: string | undefined;
    connectTimeout: number;
  },
): Llama {
  const http = openUpstream(baseUrl, { connectTimeout, key });
  // Never the client's own headers: X-Conversation-Id would let the generation survive it.
  const post = async (request: LlamaBody, accept: string, signal: AbortSignal) => {
    const { path, body, type = JSON_TYPE } = request;
    const headers = { "content-type": type, accept };
    const answer = await http.send({ method: "POST", path, headers, body, signal });
    if (answer.status !== 200) throw await errorOf(answer);
    return answer;
  };
  const events = async (request: LlamaBody, signal: AbortSignal) => {
    const answer = await post(request, EVENT_STREAM, signal);
    await checkStream(answer);
    return answer.body;
  };
  return {
    chat: (body, signal) => events({ path: "/v1/chat/completions", body }, signal),
    events,
    async text(request, signal) {
      const { body } = await post(request, JSON_TYPE, signal);
      const { text, whole } = await readText(body, MAX_FORWARDED);
      if (!whole) throw upstreamGarbled("it is too large");
      return text;
    },
    getJson: async (path, signal) => jsonOf(path, await http.send({ method: "GET", path, signal })),
    postJson: async (path, value, signal) =>
      jsonOf(path, await post({ path, body: JSON.stringify(value) }, JSON_TYPE, signal)),
    close: () => http.destroy(),
  };
}

/** What the upstream leg threw, as an error for the client. Details go to the log by `cause`. */
export function explainFailure(cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  // A bound of the reader's own.
  if (cause instanceof RangeError) return upstreamGarbled("an event is too long");
  const [message, code] = REASONS[errorCode(cause)] ??
    ["Cannot use llama-server's answer.", "upstream_error"];
  const error = upstreamFailure(message, code);
  error.cause = cause;
  return error;
}

/** Whether a connection was lost or never made, so that llama-server has said nothing of it. */
export function isDisconnect(cause: unknown): boolean {
  if (cause instanceof ApiError) return false;
  const { code } = explainFailure(cause);
  return code === "upstream_disconnected" || code === "upstream_unreachable";
}

const UNREACHABLE = "Cannot reach llama-server";
const START_IT = "Start it, or point Chaski at it by --upstream.";
const BROKEN = "Cannot finish the answer: llama-server closed the connection before it was whole.";
const CERTIFICATE = "certificate";

/** Codes of undici and of the system, with the sentence and the code that the client gets. */
const REASONS: Record<string, [message: string, code: string]> = {
  ECONNREFUSED: [
    `${UNREACHABLE}: the connection was refused. ${START_IT}`,
    "upstream_unreachable",
  ],
  ENOTFOUND: [`${UNREACHABLE}: its host name is unknown. ${START_IT}`, "upstream_unreachable"],
  EHOSTUNREACH: [`${UNREACHABLE}: there is no route to its host.`, "upstream_unreachable"],
  ENETUNREACH: [`${UNREACHABLE}: there is no route to its network.`, "upstream_unreachable"],
  UND_ERR_CONNECT_TIMEOUT: [
    `${UNREACHABLE}: the connection was not answered in time. ${START_IT}`,
    "upstream_unreachable",
  ],
  ETIMEDOUT: [
    `${UNREACHABLE}: the connection was not answered in time. ${START_IT}`,
    "upstream_unreachable",
  ],
  EAI_AGAIN: [`${UNREACHABLE}: its host name cannot be looked up now.`, "upstream_unreachable"],
  EPROTO: [
    `${UNREACHABLE}: it speaks no TLS there. Say http:// instead of https://.`,
    "upstream_unreachable",
  ],
  [CERTIFICATE]: [
    `${UNREACHABLE}: its certificate is not trusted, or is for another name.`,
    "upstream_unreachable",
  ],
  // What Deno 2.7 says of a certificate that it does not trust.
  UNKNOWN: [
    `${UNREACHABLE}: the connection failed. Where it is https, its certificate may not be trusted.`,
    "upstream_unreachable",
  ],
  ECONNRESET: [BROKEN, "upstream_disconnected"],
  EPIPE: [BROKEN, "upstream_disconnected"],
  UND_ERR_SOCKET: [BROKEN, "upstream_disconnected"],
  UND_ERR_ABORTED: [BROKEN, "upstream_disconnected"],
  UND_ERR_DESTROYED: [BROKEN, "upstream_disconnected"],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: [
    "Cannot use llama-server's answer: it is too large.",
    "upstream_garbled",
  ],
};

function errorCode(cause: unknown): string {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ("code" in error && typeof error.code === "string" && error.code in REASONS) {
      return error.code;
    }
    if (/certificate|self.signed/i.test(error.message)) return CERTIFICATE;
    if (error.message.startsWith("HTTPParserError") || error.name === "HTTPParserError") {
      return "UND_ERR_SOCKET";
    }
  }
  return "";
}

/** Throws ApiError 502 for an answer that no event can be read from. */
async function checkStream({ headers, body }: UpstreamResponse): Promise<void> {
  const type = headers.get("content-type") ?? EVENT_STREAM;
  const encoding = headers.get("content-encoding") ?? "identity";
  if (type.split(";")[0]?.trim().toLowerCase() === EVENT_STREAM && encoding === "identity") return;
  await body.cancel();
  throw upstreamGarbled(
    encoding === "identity" ? "it is no event stream" : "it is compressed, which nobody asked for",
  );
}

async function jsonOf(path: string, answer: UpstreamResponse): Promise<unknown> {
  if (answer.status !== 200) throw await errorOf(answer);
  const { text } = await readText(answer.body, MAX_ANSWER);
  try {
    return JSON.parse(text);
  } catch {
    throw upstreamGarbled(`${path} holds no JSON`);
  }
}

async function errorOf(answer: UpstreamResponse): Promise<ApiError> {
  const { text } = await readText(answer.body, MAX_ERROR);
  return llamaError(answer.status, text);
}

/** Reads at most `limit` bytes; what is beyond is cut off and never read. */
async function readText(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<{ text: string; whole: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    text += decoder.decode(bytes, { stream: true });
    if (size > limit) break;
  }
  return { text, whole: size <= limit };
}
