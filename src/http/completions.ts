/** `POST /v1/completions` and `/v1/infill`: forwarded, with the same care as chat. */
import {
  completionFold,
  completionSaysSomething,
  completionWatch,
  echoEvent,
} from "../protocol/completion.ts";
import { completionOverrides, parseCompletion } from "../protocol/completion_request.ts";
import { infillFold, infillSaysSomething, infillWatch } from "../protocol/infill.ts";
import { infillOverrides, parseInfill } from "../protocol/infill_request.ts";
import { spliceFields } from "../protocol/splice.ts";
import { eventRelay } from "../stream/event_relay.ts";
import { folding } from "../stream/folding.ts";
import { readJson } from "./body.ts";
import { answerCompletion } from "./completion_answer.ts";
import type { Context, Services } from "./context.ts";
import { renaming } from "./public_name.ts";

/** Answers a completion request, streamed or whole. */
export async function createCompletion(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const asked = parseCompletion(json);
  const { n, choices, returnProgress: keepProgress, echoed } = asked;
  const manyChoices = choices > 1;
  const served = await services.serving.resolve(asked.model);
  const { model } = served;
  c.get("scope").tell({ model: model.id, stream: asked.stream });
  const body = spliceFields(bytes, completionOverrides(asked, model.upstreamId));
  return answerCompletion(c, services, {
    served,
    request: () => ({ path: "/v1/completions", body }),
    conversion: asked.stream
      ? eventRelay({
        ...{ keepProgress, manyChoices, rename: renaming(model) },
        ...(manyChoices && { watch: completionWatch(n) }),
        ...(echoed !== null && { lead: (event: string) => echoEvent(event, echoed) }),
      })
      : folding({
        fold: completionFold({ n, choices, echoed }),
        saysSomething: completionSaysSomething,
        model: model.id,
      }),
    stream: asked.stream,
    headers: {},
  });
}

/** Answers what belongs between two texts, streamed or whole. */
export async function createInfill(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const asked = parseInfill(json);
  const { n, returnProgress: keepProgress } = asked;
  const served = await services.serving.resolve(asked.model);
  const { model } = served;
  c.get("scope").tell({ model: model.id, stream: asked.stream });
  const body = spliceFields(bytes, infillOverrides(asked, model.upstreamId));
  return answerCompletion(c, services, {
    served,
    request: () => ({ path: "/infill", body }),
    conversion: asked.stream
      ? eventRelay({
        ...{ keepProgress, manyChoices: n > 1, rename: renaming(model) },
        watch: infillWatch(n),
      })
      : folding({ fold: infillFold(asked), saysSomething: infillSaysSomething, model: model.id }),
    stream: asked.stream,
    headers: {},
  });
}
