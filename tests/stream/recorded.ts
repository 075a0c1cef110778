/** Recorded streams of a real llama-server, as bytes came. */
import { assert } from "@std/assert";
import { readTranscript } from "../transcript.ts";

/** The bodies of a transcript's event streams. */
export async function recordedStreams(name: string): Promise<string[]> {
  const exchanges = await readTranscript(name);
  const bodies = exchanges.map(({ response }) => response)
    .filter(({ events }) => events.length > 0)
    .map(({ body }) => `${body}\n\n`);
  assert(bodies.length > 0, `${name} holds no stream`);
  return bodies;
}

/** Transcripts of streamed chat completions. */
export const CHAT_STREAMS = [
  "chat-stream",
  "chat-stream-json-schema",
  "chat-stream-logprobs",
  "chat-stream-n2",
  "chat-stream-progress",
  "chat-stream-reasoning",
  "chat-stream-think-tool",
  "chat-stream-tool-auto",
  "chat-stream-tool-cut",
  "chat-stream-tool-parallel",
  "chat-stream-tool-required",
  "chat-stream-utf8",
  "gpt-oss-stream-reasoning",
  "gpt-oss-stream-tool",
  "qwen3.5-stream-tool",
] as const;
