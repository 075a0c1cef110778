/** `POST /v1/responses`: the line from a request to its events. */
import type { ChatRequest } from "../protocol/chat.ts";
import { ApiError } from "../protocol/error.ts";
import { schemaProblem } from "../protocol/json_schema_check.ts";
import { newResponse, type ResponseObject } from "../protocol/responses/output/response.ts";
import { toChat, type Translation } from "../protocol/responses/request.ts";
import { type CreateResponse, parseCreateResponse } from "../protocol/responses/schema.ts";
import { responsesConversion, type SchemaPass } from "../stream/responses_conversion.ts";
import type { UpstreamModel } from "../upstream/facts.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { newId } from "./ids.ts";
import { noteLabels, notesHeader } from "./notes.ts";

/** Answers a Responses request, streamed or whole. */
export async function createResponse(c: Context, services: Services): Promise<Response> {
  const { config, watch } = services;
  const { json } = await readJson(c.req.raw, config.limits);
  const request = parseCreateResponse(json);
  const model = await watch.resolve(request.model);
  const translation = toChat(request, model, { images: config.images });
  const scope = c.get("scope");
  const stream = request.stream === true;
  scope.tell({ model: model.id, stream, notes: noteLabels(translation.notes) });

  const response = newResponse(request, {
    id: newId("resp"),
    model: model.id,
    createdAt: seconds(),
    sampling: model.sampling,
  });
  const headers = notesHeader(translation.notes);
  return generate(c, services, { request, model, translation, response, stream, headers });
}

function generate(
  c: Context,
  services: Services,
  { request, model, translation, response, stream, headers }: {
    request: CreateResponse;
    model: UpstreamModel;
    translation: Translation;
    response: ResponseObject;
    stream: boolean;
    headers: Record<string, string>;
  },
): Promise<Response> {
  const { config, llama } = services;
  const ask = (signal: AbortSignal, chat: ChatRequest) =>
    llama.chat(upstreamBody(chat, model), signal);
  let conversion: ReturnType<typeof responsesConversion> | undefined;
  return exchange(c, services, {
    slot: !translation.preload,
    send: (signal) => translation.preload ? nothing() : ask(signal, translation.chat),
    conversion: (signal) =>
      conversion = responsesConversion({
        context: {
          response,
          newId,
          now: seconds,
          reasoning: config.reasoningEvents,
          logprobs: wantsLogprobs(request),
          parallelCalls: request.parallel_tool_calls !== false,
        },
        schemaPass: schemaPass(translation, (chat) => ask(signal, chat)),
        streaming: stream,
        progress: config.progress,
      }),
    events: stream,
    tears: false,
    headers,
    settle() {
      const usage = conversion?.steps.usage();
      if (!usage) return;
      c.get("scope").tell({
        input_tokens: usage.input_tokens,
        cached_tokens: usage.input_tokens_details.cached_tokens,
        output_tokens: usage.output_tokens,
      });
    },
  });
}

/** The chat request as llama-server gets it: always a stream, so that a hang-up is noticed. */
function upstreamBody(chat: ChatRequest, model: UpstreamModel): string {
  return JSON.stringify({
    model: model.upstreamId,
    ...chat,
    stream: true,
    stream_options: { include_usage: true },
    return_progress: true,
  });
}

function schemaPass(
  { answerSchema, responseFormat, chat }: Translation,
  ask: (chat: ChatRequest) => Promise<ReadableStream<Uint8Array>>,
): SchemaPass | null {
  if (answerSchema === null || responseFormat === null) return null;
  return {
    problem: (text, constrained) => schemaProblem(text, answerSchema.schema, { constrained }),
    // The tools stay, for the prompt's sake; their grammar does not go with the schema's.
    again: () => ask({ ...chat, tool_choice: "none", response_format: responseFormat }),
    strict: answerSchema.strict,
  };
}

/**
 * What an upstream would say that has nothing to do: the answer to an empty input, by which LM
 * Studio's clients, Codex among them, only warm a model up.
 */
function nothing(): Promise<ReadableStream<Uint8Array>> {
  const chunk = {
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
    usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
  };
  return Promise.resolve(new Blob([`data: ${JSON.stringify(chunk)}\n\n${DONE}`]).stream());
}

const DONE = "data: [DONE]\n\n";

/** Refuses a WebSocket: clients fall back to HTTP on 426 (codex.md section 7). */
export function refuseWebSocket(): never {
  throw new ApiError("Cannot open a WebSocket: ask by POST, streamed answers come as SSE.", {
    status: 426,
    type: "invalid_request_error",
    code: "websocket_not_supported",
  });
}

function wantsLogprobs(request: CreateResponse): boolean {
  return request.top_logprobs != null && request.top_logprobs > 0 ||
    request.include?.includes("message.output_text.logprobs") === true;
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
