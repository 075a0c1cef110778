/** `POST /v1/audio/transcriptions`: a form with a sound, forwarded where the model hears. */
import { invalidRequest } from "../protocol/error.ts";
import { forwardedAnswer } from "../protocol/forwarded.ts";
import { parseTranscription, transcriptionForm } from "../protocol/transcription.ts";
import { eventRelay } from "../stream/event_relay.ts";
import { wholeAnswer, wholeBody } from "../stream/whole_answer.ts";
import type { LlamaBody } from "../upstream/llama.ts";
import type { Lease } from "../upstream/serving.ts";
import { type BodyLimits, readBody } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { needOf } from "./need.ts";
import { renaming } from "./public_name.ts";

const PATH = "/v1/audio/transcriptions";

/** Answers with the text, streamed or whole. */
export async function createTranscription(c: Context, services: Services): Promise<Response> {
  const { config, serving } = services;
  const asked = parseTranscription(await readForm(c.req.raw, config.limits));
  const { stream } = asked;
  const served = await serving.resolve(asked.model);
  const { model } = served;
  const scope = c.get("scope");
  scope.tell({ model: model.id, stream });
  const request = await requestOf(transcriptionForm(asked, model.upstreamId));

  async function whole({ llama }: Lease, signal: AbortSignal) {
    const { text, tokens } = forwardedAnswer(await llama.text(request, signal), model);
    scope.tell(tokens);
    return wholeBody(text);
  }
  const relay = { keepProgress: true, manyChoices: false, rename: renaming(model) };
  // A sound's bytes are no text: what comes of them is about as long as what is heard in it.
  const demand = { headers: c.req.raw.headers, bytes: 0, most: null, tier: null };
  return exchange(c, services, {
    work: {
      served,
      need: needOf(demand, model, config),
      send: (signal, lease) => stream ? lease.llama.events(request, signal) : whole(lease, signal),
    },
    conversion: () => stream ? eventRelay(relay) : wholeAnswer(),
    events: stream,
    tears: !stream,
    headers: {},
    settle: () => {},
  });
}

async function readForm(request: Request, limits: BodyLimits): Promise<FormData> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw invalidRequest("Cannot read the body: it is not sent as multipart/form-data.");
  }
  const bytes = await readBody(request, limits);
  try {
    return await new Response(bytes as BodyInit, { headers: { "content-type": type } }).formData();
  } catch {
    throw invalidRequest("Cannot read the body: its form is broken.");
  }
}

/** A form as bytes, under a boundary of its own. */
async function requestOf(form: FormData): Promise<LlamaBody> {
  const written = new Response(form);
  const type = written.headers.get("content-type") ?? "";
  return { path: PATH, body: new Uint8Array(await written.arrayBuffer()), type };
}
