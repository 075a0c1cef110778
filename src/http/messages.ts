/** `POST /v1/messages`: Anthropic's API, for Claude Code. */
import { ApiError } from "../protocol/error.ts";
import { anthropicErrorBody } from "../protocol/messages/error.ts";
import { type MessageFacts, messageObject } from "../protocol/messages/message.ts";
import { messageWriter } from "../protocol/messages/message_writer.ts";
import { fromMessages, type TranslatedMessages } from "../protocol/messages/request.ts";
import { type MessagesRequest, parseMessagesRequest } from "../protocol/messages/schema.ts";
import { trimmerOf } from "../protocol/messages/parameters.ts";
import { stopWatch } from "../protocol/stop_sequences.ts";
import { wholeWriter } from "../protocol/responses/output/event_writer.ts";
import { answerCount } from "./input_tokens.ts";
import type { Beside } from "./beside.ts";
import { readJson } from "./body.ts";
import { claudeThread } from "./claude_thread.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { type Generation, generation } from "./generation.ts";

/** Answers a Messages request, streamed or whole. */
export async function createMessage(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const read = await readMessages(c, services, json);
  const { request, hidesThinking } = read;
  const beside = besideOf(read);
  const prepared = await generation({
    ...{ request, size: bytes.length, headers: c.req.raw.headers, scope: c.get("scope") },
    ...{ memory: null, warmUp: false, background: false, beside },
  }, services);
  const trimmers = new Map(
    prepared.callable.map((one) => [one.chat.function.name, trimmerOf(one.chat)]),
  );
  const facts: MessageFacts = {
    sign: (thought) => services.seal.seal("reasoning", hidesThinking ? thought : ""),
    hidesThinking,
    context: prepared.model.context,
    trimmer: (tool) => trimmers.get(tool) ?? null,
    stopped: () => beside.stop?.matched() ?? null,
  };
  const events = request.stream === true;
  const requestId = c.get("scope").id;
  return exchange(c, services, {
    ...(events ? streamed(prepared, facts) : whole(prepared, facts, requestId)),
    ...{ events, tears: !events },
    headers: prepared.headers,
  });
}

function streamed(prepared: Generation, facts: MessageFacts) {
  const writer = messageWriter(facts);
  return prepared.exchange(writer.event, writer);
}

/** A message has no field for a failure, so that the body says it and breaks off. */
function whole(prepared: Generation, facts: MessageFacts, requestId: string) {
  const write = wholeWriter((response) =>
    response.status === "failed" ? "" : messageObject(response, facts)
  );
  return prepared.exchange(write, {
    prompt: () => "",
    failure: (error) => JSON.stringify(anthropicErrorBody(error, requestId)),
  });
}

/** `POST /v1/messages/count_tokens`: what a request would really send, counted by llama-server. */
export async function countMessageTokens(c: Context, services: Services): Promise<Response> {
  const { json } = await readJson(c.req.raw, services.config.limits);
  const { request } = await readMessages(c, services, json);
  const requestId = c.get("scope").id;
  return answerCount(c, services, {
    request,
    told: (input_tokens) => ({ input_tokens }),
    failure: (error) => anthropicErrorBody(error, requestId),
  });
}

async function readMessages(
  c: Context,
  services: Services,
  json: unknown,
): Promise<TranslatedMessages> {
  const message = parseMessagesRequest(json);
  const read = fromMessages(message, claudeThread(c.req.raw.headers, message));
  return { ...read, request: { ...read.request, model: await servedName(message, services) } };
}

/**
 * Claude Code asks models of Anthropic's for its side work (titles), whatever it was told to use; an
 * unknown one of those means the first that is served.
 */
async function servedName(
  { model }: MessagesRequest,
  { serving }: Services,
): Promise<string | null | undefined> {
  if (!model?.startsWith("claude-")) return model;
  try {
    return (await serving.resolve(model)).model.id;
  } catch (cause) {
    if (cause instanceof ApiError && cause.code === "model_not_found") return null;
    throw cause;
  }
}

function besideOf(read: TranslatedMessages): Beside {
  const { chat, stopSequences, instead, notes, renamed } = read;
  const stops = stopSequences.length > 0;
  return {
    reasoning: "text",
    chat: { ...chat, ...(stops && { timings_per_token: true }) },
    stop: stops ? stopWatch(stopSequences) : null,
    ...{ instead, notes, renamed },
  };
}
