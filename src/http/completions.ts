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
import { type Folding, folding } from "../stream/folding.ts";
import type { UpstreamModel } from "../upstream/model.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { exchange } from "./exchange.ts";
import { renaming } from "./public_name.ts";
import { tokenFacts } from "./token_facts.ts";

/** Answers a completion request, streamed or whole. */
export async function createCompletion(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const asked = parseCompletion(json);
  const { n, choices, returnProgress: keepProgress, echoed } = asked;
  const manyChoices = choices > 1;
  const model = await services.watch.resolve(asked.model);
  const fold = () =>
    folding({
      fold: completionFold({ n, choices, echoed }),
      saysSomething: completionSaysSomething,
      model: model.id,
    });
  return answer(c, services, {
    path: "/v1/completions",
    body: spliceFields(bytes, completionOverrides(asked, model.upstreamId)),
    model,
    conversion: asked.stream
      ? eventRelay({
        ...{ keepProgress, manyChoices, rename: renaming(model) },
        ...(manyChoices && { watch: completionWatch(n) }),
        ...(echoed !== null && { lead: (event: string) => echoEvent(event, echoed) }),
      })
      : fold(),
    stream: asked.stream,
  });
}

/** Answers what belongs between two texts, streamed or whole. */
export async function createInfill(c: Context, services: Services): Promise<Response> {
  const { json, bytes } = await readJson(c.req.raw, services.config.limits);
  const asked = parseInfill(json);
  const { n, returnProgress: keepProgress } = asked;
  const model = await services.watch.resolve(asked.model);
  const fold = () =>
    folding({ fold: infillFold(asked), saysSomething: infillSaysSomething, model: model.id });
  return answer(c, services, {
    path: "/infill",
    body: spliceFields(bytes, infillOverrides(asked, model.upstreamId)),
    model,
    conversion: asked.stream
      ? eventRelay({
        ...{ keepProgress, manyChoices: n > 1, rename: renaming(model) },
        watch: infillWatch(n),
      })
      : fold(),
    stream: asked.stream,
  });
}

interface Asked {
  /** llama-server's own path. */
  path: string;
  body: Uint8Array;
  model: UpstreamModel;
  conversion: Folding;
  stream: boolean;
}

function answer(c: Context, services: Services, asked: Asked): Promise<Response> {
  const { path, body, model, conversion, stream } = asked;
  const scope = c.get("scope");
  scope.tell({ model: model.id, stream });
  return exchange(c, services, {
    slot: true,
    send: (signal) => services.llama.events({ path, body }, signal),
    conversion: () => conversion,
    events: stream,
    // No completion has a place for an error: the client must not take half of one for whole.
    tears: !stream,
    headers: {},
    settle: () => scope.tell(tokenFacts(conversion.counts())),
  });
}
