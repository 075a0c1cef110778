/** Requests that llama-server answers in one piece, and those answers under the public name. Pure. */
import { z } from "zod";
import { invalidRequest } from "./error.ts";
import { upstreamGarbled } from "./llama_error.ts";
import { readFields, readObject } from "./read_fields.ts";
import { isRecord } from "./record.ts";

/** Throws ApiError where an answer is not what was asked for. */
export type AnswerCheck = (answer: unknown) => void;

/** A request that is passed on, looked at as far as Chaski has to. */
export interface ForwardedRequest {
  model: string | null;
  /** Fields that llama-server would take amiss, as it takes them. */
  overrides: Record<string, unknown>;
  check: AnswerCheck;
}

const anyAnswer: AnswerCheck = () => {};

const named = z.object({ model: z.string().nullish() });

/** Reads a request of which only the model matters. */
export function parseForwarded(json: unknown): ForwardedRequest {
  const { model } = readFields(readObject(json), named);
  return { model: model ?? null, overrides: {}, check: anyAnswer };
}

const embeddings = z.object({
  model: z.string().nullish(),
  dimensions: z.number().int().min(1).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
});

/** Reads a request for embeddings. */
export function parseEmbeddings(json: unknown): ForwardedRequest {
  const body = readObject(json);
  if (body.input == null && body.content == null) {
    throw invalidRequest("Cannot embed: 'input' is missing.", "input");
  }
  const { model, dimensions, encoding_format } = readFields(body, embeddings);
  return {
    model: model ?? null,
    overrides: encoding_format === null ? { encoding_format: "float" } : {},
    check(answer) {
      if (dimensions != null) checkDimensions(answer, dimensions);
    },
  };
}

/** llama-server gives every embedding its model's own size, whatever was asked for. */
function checkDimensions(answer: unknown, wanted: number): void {
  const size = sizeOf(answer);
  if (size === wanted) return;
  throw invalidRequest(
    `Cannot give embeddings of ${wanted} dimensions: this model's have ${size}. ` +
      "Leave 'dimensions' out.",
    "dimensions",
  );
}

const FLOAT_BYTES = 4;

function sizeOf(answer: unknown): number {
  const [first] = isRecord(answer) && Array.isArray(answer.data) ? answer.data : [];
  const vector = isRecord(first) ? first.embedding : undefined;
  if (Array.isArray(vector)) return vector.length;
  if (typeof vector !== "string") throw upstreamGarbled("it holds no embedding");
  const padding = vector.endsWith("==") ? 2 : vector.endsWith("=") ? 1 : 0;
  return (vector.length / 4 * 3 - padding) / FLOAT_BYTES;
}

/** An answer for a client, and what llama-server tells of its tokens. */
export interface ForwardedAnswer {
  text: string;
  tokens: { input_tokens?: number; output_tokens?: number };
}

/**
 * The answer as the client gets it: llama-server's own text, unless it names the model in its own way.
 * Throws ApiError.
 */
export function forwardedAnswer(
  text: string,
  { id, upstreamId }: { id: string; upstreamId: string },
  check = anyAnswer,
): ForwardedAnswer {
  const answer = parseAnswer(text);
  check(answer);
  const renamed = isRecord(answer) && answer.model === upstreamId && id !== upstreamId;
  return {
    text: renamed ? JSON.stringify({ ...answer, model: id }) : text,
    tokens: tokensOf(answer),
  };
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw upstreamGarbled("it is no JSON");
  }
}

/** Embeddings and ranks count the prompt; transcriptions use other names. */
function tokensOf(answer: unknown): ForwardedAnswer["tokens"] {
  const usage = isRecord(answer) && isRecord(answer.usage) ? answer.usage : {};
  const input = usage.prompt_tokens ?? usage.input_tokens;
  const output = usage.output_tokens;
  return {
    ...(typeof input === "number" && { input_tokens: input }),
    ...(typeof output === "number" && { output_tokens: output }),
  };
}
