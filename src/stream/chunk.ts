/** One payload of the upstream's stream as a chunk. */
import type { ChatChunk } from "../protocol/chat.ts";
import { upstreamGarbled } from "../protocol/llama_error.ts";

/** Parses a `data:` payload; throws ApiError 502 for what is no JSON object. */
export function parseChunk(payload: string): ChatChunk {
  let chunk: unknown;
  try {
    chunk = JSON.parse(payload);
  } catch {
    throw upstreamGarbled("an event holds no JSON");
  }
  if (typeof chunk !== "object" || chunk === null) {
    throw upstreamGarbled("an event holds no object");
  }
  return chunk as ChatChunk;
}
