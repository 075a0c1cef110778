/** `GET /v1/models` and `/v1/models/{id}`. */
import { anthropicModel, anthropicModelList } from "../protocol/messages/models.ts";
import { modelAlias, type ModelCard, modelList, openAiModel } from "../protocol/models.ts";
import { LM_STUDIO_DEFAULT } from "../protocol/ollama.ts";
import type { ModelStatus } from "../upstream/management.ts";
import type { UpstreamModel } from "../upstream/upstream_model.ts";
import type { Context, Services } from "./context.ts";
import { routerState } from "./managing.ts";
import { requestTarget } from "./target.ts";

/** Lists what the upstream serves, in the shape that the client reads. */
export async function listModels(c: Context, services: Services): Promise<Response> {
  const { serving, config } = services;
  const states = new Map(
    services.management?.states().map((status) => [status.model.id, status]),
  );
  const cards = (await serving.models()).map((model) => ({
    ...toCard(model),
    ...runOf(states.get(model.id)),
  }));
  if (isAnthropic(c)) return c.json(anthropicModelList(cards));
  const { data, ...list } = modelList(cards);
  return c.json({ ...list, data: [...data, ...standIns(cards, config)] });
}

/** Codex looks for LM Studio's usual model here, and any name is to mean the first. */
function standIns(cards: readonly ModelCard[], { oss, defaultModel }: Services["config"]) {
  const [first] = cards;
  const listed = cards.some(({ id }) => id === LM_STUDIO_DEFAULT);
  if (!oss || defaultModel !== "any" || first === undefined || listed) return [];
  return [modelAlias(LM_STUDIO_DEFAULT, first)];
}

/** One model by name; an id may hold slashes, so it is the rest of the path. */
export async function getModel(c: Context, { serving, management }: Services): Promise<Response> {
  const { path } = requestTarget(c.req.url);
  const id = decode(path.slice("/v1/models/".length));
  const { model } = await serving.resolve(id);
  const card = { ...toCard(model), ...runOf(management?.stateOf(model.id)) };
  return c.json(isAnthropic(c) ? anthropicModel(card) : openAiModel(card));
}

/** What is known of a model that Chaski runs by itself. */
function runOf(status: ModelStatus | undefined): Pick<ModelCard, "run"> {
  return status === undefined ? {} : {
    run: { state: routerState(status.state), ...status.limits },
  };
}

/** What the shapes for clients are made of. */
export function toCard(model: UpstreamModel): ModelCard {
  const { id, aliases, created, context, vision, thinking, thinksUnasked } = model;
  return {
    ...{ id, aliases, created },
    context,
    vision,
    thinks: thinking !== "none",
    thinksUnasked,
    levels: thinking === "reasoning_effort",
  };
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
