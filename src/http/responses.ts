/** `POST /v1/responses`: the line from a request to its events. */
import type { ChatChunk, ChatRequest } from "../protocol/chat.ts";
import { ApiError } from "../protocol/error.ts";
import { schemaProblem } from "../protocol/json_schema_check.ts";
import { textHealer } from "../protocol/healing/healer.ts";
import { askedAgain } from "../protocol/responses/empty_answer.ts";
import { compactionSteps } from "../protocol/responses/output/compaction_steps.ts";
import { newResponse, type ResponseObject } from "../protocol/responses/output/response.ts";
import { responseSteps } from "../protocol/responses/output/steps.ts";
import { toChat, type Translation } from "../protocol/responses/request.ts";
import { type CreateResponse, parseCreateResponse } from "../protocol/responses/schema.ts";
import {
  type ResponsesConversion,
  responsesConversion,
  type ResponsesConversionOptions,
  type SchemaPass,
} from "../stream/responses_conversion.ts";
import type { UpstreamModel } from "../upstream/model.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { newId } from "./ids.ts";
import { noteLabels, notesHeader } from "./notes.ts";
import type { RequestFacts } from "./scope.ts";
import { ownerOf } from "./owner.ts";
import { threadOf } from "./thread.ts";
import { keepTurn, type Place, placeOf } from "./turns.ts";

/** An answer that is not streamed. */
export interface WholeAnswer {
  write: (response: ResponseObject) => string;
  /** Whether a failure breaks the answer off, for want of a field that could tell it. */
  tears: boolean;
}

const RESPONSE_OBJECT: WholeAnswer = { write: JSON.stringify, tears: false };

/** Answers a Responses request, streamed or whole. */
export async function createResponse(c: Context, services: Services): Promise<Response> {
  const { json } = await readJson(c.req.raw, services.config.limits);
  return respond(c, services, parseCreateResponse(json), RESPONSE_OBJECT);
}

/** From a checked request to its answer; `whole` is its form where it is not streamed. */
export async function respond(
  c: Context,
  services: Services,
  request: CreateResponse,
  whole: WholeAnswer,
): Promise<Response> {
  const { config, watch, threadTools, seal, store } = services;
  const model = await watch.resolve(request.model);
  // A cache key alone may stand for a whole application.
  const thread = threadOf(c.req.raw.headers);
  const place = placeOf(request, ownerOf(c.req.raw.headers, config), store);
  const translation = toChat(request, model, {
    images: config.images,
    unseal: seal.unseal,
    lastTools: thread === null ? null : threadTools.recall(thread),
    earlier: place.earlier,
  });
  if (thread !== null && request.tools?.length) threadTools.remember(thread, request.tools);
  const stream = request.stream === true;
  c.get("scope").tell({ model: model.id, stream, notes: noteLabels(translation.notes) });
  const cacheThread = threadOf(c.req.raw.headers, request.prompt_cache_key);
  return generate(c, services, { request, model, cacheThread, translation, place, whole });
}

/** OpenAI keeps what the request does not forbid; a preload says nothing worth it. */
function isKept({ config }: Services, { request, translation }: Generation): boolean {
  return config.store === "on" && request.store !== false && !translation.preload;
}

interface Generation {
  request: CreateResponse;
  model: UpstreamModel;
  /** The conversation, as far as llama-server's caches are concerned. */
  cacheThread: string | null;
  translation: Translation;
  place: Place;
  whole: WholeAnswer;
}

function generate(c: Context, services: Services, generation: Generation): Promise<Response> {
  const { config, store } = services;
  const { request, translation, place, whole } = generation;
  const { preload, chat, notes } = translation;
  const again = askedAgain(chat, { calls: translation.callable.length > 0 });
  const streaming = request.stream === true;
  const ask = asking(services, generation);
  const kept = isKept(services, generation);
  const keep = (response: ResponseObject) => {
    if (kept) keepTurn(response, { request, place }, store);
  };
  const steps = stepsOf(services, generation, kept);
  let conversion: ResponsesConversion | undefined;
  return exchange(c, services, {
    slot: !preload,
    send: (signal) => preload ? nothing() : ask(signal, chat),
    conversion: (signal) =>
      conversion = responsesConversion({
        steps,
        schemaPass: schemaPass(translation, (chat) => ask(signal, chat)),
        askAgain: preload ? null : () => ask(signal, again).catch(() => silence({})),
        mustFit: translation.responseFormat !== null,
        guarded: translation.guarded,
        keep,
        whole: whole.write,
        streaming,
        progress: config.progress,
      }),
    events: streaming,
    tears: !streaming && whole.tears,
    headers: notesHeader(notes),
    settle(outcome) {
      if (conversion === undefined) return;
      c.get("scope").tell(costOf(conversion));
      // A client that leaves hears nothing more, but what was said so far is there.
      if (outcome === "cancelled") keep(conversion.steps.abandoned());
    },
  });
}

function costOf({ steps, passes }: ResponsesConversion): RequestFacts {
  const usage = steps.usage();
  return {
    ...(passes() > 1 && { passes: passes() }),
    ...(usage !== null && {
      input_tokens: usage.input_tokens,
      cached_tokens: usage.input_tokens_details.cached_tokens,
      output_tokens: usage.output_tokens,
    }),
  };
}

/** Asks the upstream: always for a stream, so that a hang-up is noticed. */
function asking({ llama, queue, newThreadSlot }: Services, { model, cacheThread }: Generation) {
  return async (signal: AbortSignal, chat: ChatRequest) => {
    const begins = chat.messages.every(({ role }) => role === "system" || role === "user");
    const others = queue.running() - 1;
    const slot = await newThreadSlot.choose({ thread: cacheThread, begins, others }, signal);
    const body = JSON.stringify({
      model: model.upstreamId,
      ...chat,
      ...(slot !== null && { id_slot: slot }),
      stream: true,
      stream_options: { include_usage: true },
      return_progress: true,
    });
    return llama.chat(body, signal);
  };
}

/** What tells the answer: as items, or as one sealed summary. */
function stepsOf(
  { config, seal }: Services,
  { request, model, translation, place }: Generation,
  kept: boolean,
): ResponsesConversionOptions["steps"] {
  const { callable, compaction, textOnly } = translation;
  const mostCalls = textOnly ? 0 : request.parallel_tool_calls === false ? 1 : Infinity;
  const tools = new Map(callable.map((tool) => [tool.chat.function.name, tool]));
  const heard = textOnly ? translation.chat.tools ?? [] : callable.map(({ chat }) => chat);
  const schemas = new Map(heard.map(({ function: { name, parameters } }) => [name, parameters]));
  const newHealer = (calls: boolean) =>
    textHealer({
      tools: calls ? schemas : new Map(),
      most: mostCalls,
      think: true,
      discard: textOnly,
    });
  const response = newResponse(request, {
    id: newId("resp"),
    model: model.id,
    createdAt: seconds(),
    sampling: model.sampling,
    store: kept,
    previousId: place.previousId,
    conversationId: place.conversationId,
  });
  const sealed = request.include?.includes("reasoning.encrypted_content") === true;
  const logprobs = wantsLogprobs(request);
  return (emit, holdText) => {
    const context = { response, emit, newId, now: seconds };
    if (compaction) {
      return compactionSteps({
        ...context,
        newHealer,
        seal: (text) => seal.seal("compaction", text),
      });
    }
    return responseSteps({
      ...context,
      reasoning: config.reasoningEvents,
      logprobs,
      mostCalls,
      holdText,
      toolNamed: (name) => tools.get(name),
      // Log probabilities belong to the text token by token, so it stays as it is.
      newHealer: logprobs ? null : newHealer,
      sealReasoning: sealed ? (text) => seal.seal("reasoning", text) : null,
    });
  };
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
  return silence({ usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } });
}

/** An answer that says nothing; also in place of a second attempt that could not be made. */
function silence({ usage }: ChatChunk): Promise<ReadableStream<Uint8Array>> {
  const choices = [{ index: 0, delta: {}, finish_reason: "stop" }];
  const chunk = JSON.stringify({ choices, usage });
  return Promise.resolve(new Blob([`data: ${chunk}\n\n${DONE}`]).stream());
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
