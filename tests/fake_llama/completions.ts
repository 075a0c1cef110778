/** Answers of `/v1/completions` and `/infill`, shaped and ordered as llama-server 0.7.0 sends them. */
import type { RecordedRequest } from "./request.ts";
import { type Script, sse } from "./script.ts";

const TIMINGS = { cache_n: 4, prompt_n: 7, prompt_ms: 1, predicted_n: 2, predicted_ms: 1 };
const PROGRESS = { total: 11, cache: 4, processed: 11, time_ms: 1 };

/** A streamed completion of these pieces; without `ends` it goes on with the script's next steps. */
export function completion(pieces: readonly string[], { ends = true } = {}): Script {
  return (request) => [
    sse.head(),
    progress(request, choice(request, "", null)),
    pieces.map((text) => sse.chunk(choice(request, text, null))),
    ends
      ? [
        sse.chunk({
          ...choice(request, "", "stop"),
          usage: {
            completion_tokens: pieces.length,
            prompt_tokens: 11,
            total_tokens: 11 + pieces.length,
            prompt_tokens_details: { cached_tokens: 4 },
          },
          timings: TIMINGS,
        }),
        sse.done(),
      ]
      : [],
  ];
}

function choice(request: RecordedRequest, text: string, finish_reason: string | null) {
  return {
    choices: [{ text, index: 0, logprobs: null, finish_reason }],
    created: 1767225600,
    model: request.model,
    object: "text_completion",
    id: "chatcmpl-1",
  };
}

/** A streamed infill of these pieces; its end is told by an event, and by no `[DONE]`. */
export function infill(pieces: readonly string[], { ends = true } = {}): Script {
  return (request) => [
    sse.head(),
    progress(request, { index: 0, content: "", tokens: [0], stop: false }),
    pieces.map((content) => sse.chunk({ index: 0, content, tokens: [1], stop: false })),
    ends
      ? sse.chunk({
        ...{ index: 0, content: "", tokens: [], stop: true },
        ...{ model: request.model, prompt: "x".repeat(20_000), timings: TIMINGS },
      })
      : [],
  ];
}

function progress(request: RecordedRequest, chunk: Record<string, unknown>): Script {
  if (request.body["return_progress"] !== true) return [];
  return sse.chunk({ ...chunk, prompt_progress: PROGRESS });
}
