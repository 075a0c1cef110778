/** `POST /v1/chat/completions`: forwarded, with the same care as Responses. */
import { chatOverrides, parseChat, spliceFields } from "../protocol/chat_request.ts";
import { chatFolding } from "../stream/chat_folding.ts";
import { type ChatCounts, chatRelay } from "../stream/chat_relay.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { noteLabels, notesHeader } from "./notes.ts";
import type { RequestFacts } from "./scope.ts";

/** Answers a chat request, streamed or whole. */
export async function createChatCompletion(c: Context, services: Services): Promise<Response> {
  const { config, llama, watch } = services;
  const { json, bytes } = await readJson(c.req.raw, config.limits);
  const chat = parseChat(json);
  const model = await watch.resolve(chat.model);
  const { fields, notes } = chatOverrides(chat, { ...model, images: config.images });
  const scope = c.get("scope");
  scope.tell({ model: model.id, stream: chat.stream, notes: noteLabels(notes) });

  const body = spliceFields(bytes, fields);
  const conversion = chat.stream
    ? chatRelay({
      keepProgress: chat.returnProgress,
      manyChoices: chat.n > 1,
      rename: model.upstreamId === model.id ? null : { from: model.upstreamId, to: model.id },
    })
    : chatFolding(model.id);
  return exchange(c, services, {
    slot: true,
    send: (signal) => llama.chat(body, signal),
    conversion: () => conversion,
    events: chat.stream,
    // A completion has no place for an error: the client must not take half of one for whole.
    tears: !chat.stream,
    headers: notesHeader(notes),
    settle: () => scope.tell(tokens(conversion.counts())),
  });
}

/** llama-server's own timings know what was cached; usage comes only where it was asked for. */
function tokens({ usage, timings }: ChatCounts): RequestFacts {
  if (timings !== undefined) {
    const { prompt_n, cache_n, predicted_n } = timings;
    return {
      input_tokens: prompt_n + cache_n,
      cached_tokens: cache_n,
      output_tokens: predicted_n,
    };
  }
  if (usage === undefined) return {};
  return { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens };
}
