/** `POST /v1/chat/completions`: forwarded, with the same care as Responses. */
import { chatSaysSomething } from "../protocol/chat.ts";
import { chatFold } from "../protocol/chat_fold.ts";
import { chatOverrides, parseChat } from "../protocol/chat_request.ts";
import { spliceFields } from "../protocol/splice.ts";
import { eventRelay } from "../stream/event_relay.ts";
import { folding } from "../stream/folding.ts";
import { readJson } from "./body.ts";
import { answerCompletion } from "./completion_answer.ts";
import type { Context, Services } from "./context.ts";
import { fitted } from "./fitted.ts";
import { noteLabels, notesHeader } from "./notes.ts";
import { renaming } from "./public_name.ts";

/** Answers a chat request, streamed or whole. */
export async function createChatCompletion(c: Context, services: Services): Promise<Response> {
  const { config, serving } = services;
  const asked = await readJson(c.req.raw, config.limits);
  const { json, bytes } = asked;
  const chat = parseChat(json);
  const served = await serving.resolve(chat.model);
  const { model } = served;
  const { images } = config;
  const overrides = fitted(model, (facts) => chatOverrides(chat, { ...facts, images }));
  const { notes } = overrides.expected;
  const scope = c.get("scope");
  scope.tell({ model: model.id, stream: chat.stream, notes: noteLabels(notes) });

  const conversion = chat.stream
    ? eventRelay({
      keepProgress: chat.returnProgress,
      manyChoices: chat.n > 1,
      rename: renaming(model),
    })
    : folding({ fold: chatFold(chat.n), saysSomething: chatSaysSomething, model: model.id });
  return answerCompletion(c, services, {
    ...{ served, asked },
    request: (lease) => ({
      path: "/v1/chat/completions",
      body: spliceFields(bytes, overrides.as(lease.model).fields),
    }),
    conversion,
    stream: chat.stream,
    headers: notesHeader(notes),
  });
}
