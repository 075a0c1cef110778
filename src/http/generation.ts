/** What a Responses request sends, and how its answer is told, whichever way it came. */
import type { ChatRequest } from "../protocol/chat.ts";
import { schemaProblem } from "../protocol/json_schema_check.ts";
import { compactThreshold } from "../protocol/responses/context_management.ts";
import { askedAgain } from "../protocol/responses/empty_answer.ts";
import type { Asides, EventWriter } from "../protocol/responses/output/event_writer.ts";
import { newResponse, type ResponseObject } from "../protocol/responses/output/response.ts";
import { usageCounter } from "../protocol/responses/output/usage.ts";
import { inputItems, toChat, type Translation } from "../protocol/responses/request.ts";
import type { CreateResponse } from "../protocol/responses/schema.ts";
import type { OfferedTool } from "../protocol/responses/tools/tool_set.ts";
import type { TranslateOptions } from "../protocol/responses/translation_context.ts";
import {
  type ResponsesConversion,
  responsesConversion,
  type ResponsesConversionOptions,
  type SchemaPass,
} from "../stream/responses_conversion.ts";
import type { Source } from "../stream/transfer.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";
import type { Lease, Need, Served } from "../upstream/serving.ts";
import type { Ask } from "./asking.ts";
import type { Beside } from "./beside.ts";
import { type Compactable, compacting, type TurnAsking } from "./compacting.ts";
import type { Services } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { type Fitted, fitted } from "./fitted.ts";
import { newId, seconds } from "./ids.ts";
import { keeping } from "./keeping.ts";
import { needOf, turnDemand } from "./need.ts";
import { noteLabels, notesHeader } from "./notes.ts";
import { ownerOf } from "./owner.ts";
import type { RequestFacts, RequestScope } from "./scope.ts";
import type { Work } from "./sending.ts";
import { nothing, said, silence } from "./silence.ts";
import { stepsOf } from "./answer_steps.ts";
import type { SocketMemory } from "./socket_memory.ts";
import { threadOf } from "./thread.ts";
import { type Turn, turnOf } from "./turns.ts";

/** A checked request with all that its way into Chaski adds to it. */
export interface Asked {
  request: CreateResponse;
  /** Bytes that the request has. */
  size: number;
  /** Of the request itself, or of the one that opened its connection. */
  headers: Headers;
  scope: RequestScope;
  /** What its connection remembers; null for one that remembers nothing. */
  memory: SocketMemory | null;
  /** Whether the prompt is only to be read, so that the next request finds it in the cache. */
  warmUp: boolean;
  /** Whether the response runs by itself: it is in the store from its beginning. */
  background: boolean;
  /** What another API asks for; null for the Responses API. */
  beside: Beside | null;
}

/** What is carried, and the headers that an answer over HTTP has for it. */
export interface Generation {
  /**
   * @param write writes the events, or nothing but the whole response
   * @param asides what is told beside them
   */
  exchange: (write: EventWriter, asides?: Asides) => Exchange;
  model: UpstreamModel;
  /** The tools that the model may call. */
  callable: readonly OfferedTool[];
  /** The response before anything was said. */
  response: ResponseObject;
  turn: Turn;
  headers: Record<string, string>;
}

interface Prepared extends Asked, Omit<Compactable, "translation" | "translate"> {
  served: Served;
  need: Need;
  translation: Fitted<Translation>;
  options: TranslateOptions;
  response: ResponseObject;
}

/**
 * Prepares a request for its exchange: model, earlier turns, translation. Asks llama-server for
 * nothing but its model.
 *
 * @throws {ApiError} for a request that cannot be answered
 */
export async function generation(asked: Asked, services: Services): Promise<Generation> {
  const { config, serving, threadTools, seal, store } = services;
  const { headers, scope, memory, warmUp, background, beside } = asked;
  const served = await serving.resolve(asked.request.model);
  const { model } = served;
  // A cache key alone may stand for a whole application.
  const thread = threadOf(headers);
  const turn = turnOf(asked.request, ownerOf(headers, config), { store, memory });
  const { request, place } = turn;
  const options: TranslateOptions = {
    images: config.images,
    unseal: seal.unseal,
    lastTools: thread === null ? null : threadTools.recall(thread),
    warmUp,
    earlier: place.earlier,
  };
  const fit = fitted(model, (facts) => {
    const { chat, ...translated } = toChat(request, facts, options);
    return { ...translated, chat: { ...chat, ...beside?.chat } };
  });
  const translation = fit.expected;
  if (thread !== null && request.tools?.length) threadTools.remember(thread, request.tools);
  const { preload, compaction } = translation;
  const speaks = !preload && !warmUp;
  const { kept, keep, notes: ownNotes } = keeping(services, { ...asked, turn, speaks });
  const told = beside === null ? translation.notes : translation.notes.map(beside.renamed);
  const notes = [...beside?.notes ?? [], ...told, ...ownNotes];
  const threshold = speaks && !compaction
    ? compactThreshold(request, model.context, { notes })
    : null;
  scope.tell({
    model: model.id,
    stream: memory !== null || request.stream === true,
    notes: noteLabels(notes),
  });
  const cacheThread = threadOf(headers, request.prompt_cache_key);
  const response = newResponse(request, {
    id: newId("resp"),
    model: model.id,
    createdAt: seconds(),
    sampling: model.sampling,
    store: kept,
    background,
    previousId: place.previousId,
    conversationId: place.conversationId,
  });
  const need = needOf(turnDemand(asked, turn), model, config);
  const prepared = {
    ...{ ...asked, request, served, need, options, translation: fit, response },
    ...{ cacheThread, threshold, truncates: request.truncation === "auto" },
    said: [...options.earlier, ...inputItems(request.input)],
    usage: usageCounter(),
  };
  return {
    exchange: (write, asides) =>
      exchangeOf(prepared, { keep, write, asides: asides ?? null }, services),
    model,
    callable: translation.callable,
    response,
    turn,
    headers: notesHeader(notes),
  };
}

/** A turn as it is asked of the model that runs. */
function turnOn(lease: Lease, prepared: Prepared, services: Services): TurnAsking {
  const { request, options, translation, threshold } = prepared;
  const input = inputItems(request.input);
  const { context } = lease.model;
  const turn: Compactable = {
    ...prepared,
    // By the context that there really is; what is to be noted of it was noted.
    threshold: threshold === null ? null : compactThreshold(request, context, { notes: [] }),
    translation: translation.as(lease.model),
    translate: (item) => toChat({ ...request, input: [...input, item] }, lease.model, options),
  };
  return compacting(services, turn, lease);
}

/** Where an answer goes. */
type Telling = Pick<ResponsesConversionOptions, "keep" | "write" | "asides">;

function exchangeOf(
  prepared: Prepared,
  { keep, write, asides }: Telling,
  services: Services,
): Exchange {
  const { served, translation: { expected }, scope, warmUp } = prepared;
  const { preload, callable } = expected;
  const steps = stepsOf(services, { ...prepared, translation: expected });
  let turn: TurnAsking | null = null;
  let conversion: ResponsesConversion | undefined;
  const translation = () => turn?.translation() ?? expected;
  const ask: Ask = (signal, chat) => turn === null ? silence({}) : turn.ask(signal, chat);
  const again = () => askedAgain(translation().chat, { calls: callable.length > 0 });
  return {
    work: workOf(prepared, (signal, lease) => {
      turn = turnOn(lease, prepared, services);
      return warmUp ? ask(signal, { ...translation().chat, ...ONE_TOKEN }) : turn.send(signal);
    }),
    conversion: (signal) =>
      conversion = responsesConversion({
        steps,
        summary: () => turn?.summary() ?? null,
        schemaPass: warmUp ? null : schemaPass(translation, (chat) => ask(signal, chat)),
        askAgain: preload || warmUp ? null : () => ask(signal, again()).catch(() => silence({})),
        mustFit: expected.responseFormat !== null,
        guarded: () => translation().guarded,
        keep,
        write,
        asides,
        progress: services.config.progress,
        loading: served.progress,
      }),
    settle(outcome) {
      if (conversion === undefined) return;
      scope.tell(costOf(conversion));
      // A client that leaves hears nothing more, but what was said so far is there.
      if (outcome === "cancelled") keep(conversion.steps.abandoned());
    },
  };
}

function workOf(
  { served, need, translation: { expected }, beside }: Prepared,
  send: (signal: AbortSignal, lease: Lease) => Source,
): Work {
  const instead = beside?.instead ?? null;
  if (instead !== null) return { said: () => said(instead) };
  if (expected.preload) return { said: nothing };
  return { served, need, send };
}

/** llama-server reads a prompt to its end for the least that it can be asked to say. */
const ONE_TOKEN = { max_tokens: 1 };

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

function schemaPass(
  translation: () => Translation,
  ask: (chat: ChatRequest) => Promise<ReadableStream<Uint8Array>>,
): SchemaPass | null {
  const { answerSchema, responseFormat } = translation();
  if (answerSchema === null || responseFormat === null) return null;
  return {
    problem: (text, constrained) => schemaProblem(text, answerSchema.schema, { constrained }),
    // The tools stay, for the prompt's sake; their grammar does not go with the schema's.
    again: () =>
      ask({ ...translation().chat, tool_choice: "none", response_format: responseFormat }),
    strict: answerSchema.strict,
  };
}
