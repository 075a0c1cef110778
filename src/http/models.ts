/** `GET /v1/models` and `/v1/models/{id}`. */
import {
  anthropicModel,
  anthropicModelList,
  type ModelCard,
  modelList,
  openAiModel,
} from "../protocol/models.ts";
import type { UpstreamModel } from "../upstream/model.ts";
import type { Context, Services } from "./context.ts";
import { requestTarget } from "./target.ts";

/** Lists what the upstream serves, in the shape that the client reads. */
export async function listModels(c: Context, { watch }: Services): Promise<Response> {
  const cards = (await watch.models()).map(toCard);
  return c.json(isAnthropic(c) ? anthropicModelList(cards) : modelList(cards));
}

/** One model by name; an id may hold slashes, so it is the rest of the path. */
export async function getModel(c: Context, { watch }: Services): Promise<Response> {
  const { path } = requestTarget(c.req.url);
  const id = decode(path.slice("/v1/models/".length));
  const card = toCard(await watch.resolve(id));
  return c.json(isAnthropic(c) ? anthropicModel(card) : openAiModel(card));
}

function toCard(model: UpstreamModel): ModelCard {
  const { id, created, context, vision, thinking } = model;
  return { id, created, context, vision, thinks: thinking !== "none" };
}

function isAnthropic(c: Context): boolean {
  return c.req.header("anthropic-version") !== undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
