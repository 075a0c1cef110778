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
  const asked = await readJson(c.req.raw, services.config.limits);
  const completion = parseCompletion(asked.json);
  const { n, choices, returnProgress: keepProgress, echoed, stream } = completion;
  const manyChoices = choices > 1;
  const served = await services.serving.resolve(completion.model);
  const { model } = served;
  c.get("scope").tell({ model: model.id, stream });
  const body = spliceFields(asked.bytes, completionOverrides(completion, model.upstreamId));
  return answerCompletion(c, services, {
    ...{ served, asked },
    request: () => ({ path: "/v1/completions", body }),
    conversion: stream
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
    stream,
    headers: {},
  });
}

/** Answers what belongs between two texts, streamed or whole. */
export async function createInfill(c: Context, services: Services): Promise<Response> {
  const asked = await readJson(c.req.raw, services.config.limits);
  const infill = parseInfill(asked.json);
  const { n, returnProgress: keepProgress, stream } = infill;
  const served = await services.serving.resolve(infill.model);
  const { model } = served;
  c.get("scope").tell({ model: model.id, stream });
  const body = spliceFields(asked.bytes, infillOverrides(infill, model.upstreamId));
  return answerCompletion(c, services, {
    ...{ served, asked },
    request: () => ({ path: "/infill", body }),
    conversion: stream
      ? eventRelay({
        ...{ keepProgress, manyChoices: n > 1, rename: renaming(model) },
        watch: infillWatch(n),
      })
      : folding({ fold: infillFold(infill), saysSomething: infillSaysSomething, model: model.id }),
    stream,
    headers: {},
  });
}
