/** How long a prompt is: counted by llama-server, of what would really be sent to it. */
import type { ChatRequest } from "../protocol/chat.ts";
import { upstreamGarbled } from "../protocol/llama_error.ts";
import { isRecord } from "../protocol/record.ts";
import type { Lease } from "../upstream/serving.ts";

/** Counts the tokens of a request. Rejects like `llama.postJson`. */
export async function countTokens(
  { llama, model }: Pick<Lease, "llama" | "model">,
  chat: ChatRequest,
  signal: AbortSignal,
): Promise<number> {
  const body = { model: model.upstreamId, ...chat };
  const counted = await llama.postJson("/v1/chat/completions/input_tokens", body, signal);
  if (isRecord(counted) && typeof counted.input_tokens === "number") return counted.input_tokens;
  throw upstreamGarbled("it counts no tokens");
}
