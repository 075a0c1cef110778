/** A client's infill request as llama-server takes it. Pure. */
import { z } from "zod";
import { completionOverrides } from "./completion_request.ts";
import { readFields, readObject } from "./read_fields.ts";

/** An infill request, looked at as far as Chaski has to. */
export interface ClientInfill {
  model: string | null;
  stream: boolean;
  /** Number of choices. */
  n: number;
  returnProgress: boolean;
  /** Whether the client wants the tokens' numbers. */
  returnTokens: boolean;
  /** What the client wants to see of an answer, as paths like `timings/prompt_n`; empty: all. */
  responseFields: readonly string[];
}

const fields = z.object({
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  n: z.number().int().min(1).nullish(),
  input_prefix: z.string(),
  input_suffix: z.string(),
  n_cmpl: z.number().int().min(1).nullish(),
  return_progress: z.boolean().nullish(),
  return_tokens: z.boolean().nullish(),
  response_fields: z.array(z.string()).nullish(),
});

/** Reads what matters of a request; throws ApiError 400. */
export function parseInfill(json: unknown): ClientInfill {
  const read = readFields(readObject(json), fields);
  return {
    model: read.model ?? null,
    stream: read.stream ?? false,
    n: read.n ?? read.n_cmpl ?? 1,
    returnProgress: read.return_progress ?? false,
    returnTokens: read.return_tokens ?? false,
    responseFields: read.response_fields ?? [],
  };
}

/** The fields that must differ upstream. */
export function infillOverrides(infill: ClientInfill, upstreamId: string): Record<string, unknown> {
  const { stream, responseFields } = infill;
  return {
    ...completionOverrides(infill, upstreamId),
    // The fold needs all of an answer to know its end, and picks what is wanted.
    ...(!stream && responseFields.length > 0 && { response_fields: [] }),
  };
}
