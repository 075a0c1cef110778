/** A client's completion request as llama-server takes it. Pure. */
import { z } from "zod";
import { invalidRequest } from "./error.ts";
import { readFields, readObject } from "./read_fields.ts";

/** A completion request, looked at as far as Chaski has to. */
export interface ClientCompletion {
  model: string | null;
  stream: boolean;
  /** Number of choices of each prompt. */
  n: number;
  /** Number of choices of all prompts. */
  choices: number;
  /** Whether the client wants llama-server's own prompt progress. */
  returnProgress: boolean;
  /** What stands before the text of each choice, by its index; null where nothing is echoed. */
  echoed: readonly string[] | null;
}

const fields = z.object({
  model: z.string().nullish(),
  stream: z.boolean().nullish(),
  n: z.number().int().min(1).nullish(),
  // llama-server's own name for it.
  n_cmpl: z.number().int().min(1).nullish(),
  best_of: z.number().int().nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.unknown().optional(),
  suffix: z.string().nullish(),
  return_progress: z.boolean().nullish(),
});

/** Reads what matters of a request; throws ApiError 400. */
export function parseCompletion(json: unknown): ClientCompletion {
  const body = readObject(json);
  const { prompt } = body;
  if (prompt == null) throw invalidRequest("Cannot complete: 'prompt' is missing.", "prompt");
  const read = readFields(body, fields);
  const n = read.n ?? read.n_cmpl ?? 1;
  refuseLost(read, n);
  return {
    model: read.model ?? null,
    stream: read.stream ?? false,
    n,
    choices: n * promptsIn(prompt),
    returnProgress: read.return_progress ?? false,
    echoed: read.echo ? echoedIn(prompt, { n, logprobs: read.logprobs }) : null,
  };
}

/** A list that holds tokens, texts among them or not, is one prompt to llama-server. */
function promptsIn(prompt: unknown): number {
  if (!Array.isArray(prompt) || prompt.some((each) => typeof each === "number")) return 1;
  return Math.max(1, prompt.length);
}

/** Characters of prompts that are echoed, over all choices: many of them may repeat a long one. */
const MOST_ECHOED = 16 * 1024 * 1024;

/** llama-server gives the answer alone, so the prompts are put before it. */
function echoedIn(prompt: unknown, { n, logprobs }: { n: number; logprobs?: unknown }): string[] {
  const prompts: unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  if (logprobs != null && logprobs !== false) {
    const reason = "llama-server has no log probabilities of the prompt.";
    throw invalidRequest(`Cannot echo with 'logprobs': ${reason}`, "echo");
  }
  const texts = prompts.map((one) => {
    if (typeof one === "string") return one;
    throw invalidRequest("Cannot echo tokens: send the prompt as text.", "echo");
  });
  if (n * texts.reduce((sum, { length }) => sum + length, 0) > MOST_ECHOED) {
    throw invalidRequest("Cannot echo so much: ask for fewer choices, or shorter ones.", "echo");
  }
  return texts.flatMap((text) => Array<string>(n).fill(text));
}

/** Fields whose meaning llama-server would drop without a word. */
function refuseLost({ suffix, best_of }: z.output<typeof fields>, n: number): void {
  if (suffix) {
    const instead = "send it to /v1/infill as 'input_suffix' instead.";
    throw invalidRequest(`Cannot use 'suffix': ${instead}`, "suffix");
  }
  if (best_of != null && best_of !== n) {
    throw invalidRequest("Cannot use 'best_of': llama-server gives every choice.", "best_of");
  }
}

/** The fields that must differ upstream. */
export function completionOverrides(
  { model, stream, returnProgress }: Pick<ClientCompletion, "model" | "stream" | "returnProgress">,
  upstreamId: string,
): Record<string, unknown> {
  return {
    ...(model !== upstreamId && { model: upstreamId }),
    // Always a stream with progress: elsewhere llama-server does not notice a hang-up.
    ...(!stream && { stream: true }),
    ...(!returnProgress && { return_progress: true }),
  };
}
