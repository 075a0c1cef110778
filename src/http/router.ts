/** llama-server's own endpoints for several models, as its router mode has them. */
import { parseBody } from "../protocol/conversations.ts";
import { invalidRequest } from "../protocol/error.ts";
import { modelRequest } from "../protocol/management.ts";
import { propsWithoutPaths, routerProps } from "../protocol/router.ts";
import type { ModelStatus } from "../upstream/management.ts";
import { explainFailure } from "../upstream/llama.ts";
import { readJson } from "./body.ts";
import type { Context, Services } from "./context.ts";
import { begin, managementOf, routerState } from "./managing.ts";

/** `GET /models`. */
export function routerModels(c: Context, services: Services): Response {
  return c.json({ data: managementOf(services).states().map(shown), object: "list" });
}

/** `POST /models/load`: begins; 400 where it runs or is loaded already. */
export async function routerLoad(c: Context, services: Services): Promise<Response> {
  const management = managementOf(services);
  const { state, model: { id } } = await named(c, services);
  if (state === "loaded" || state === "loading") {
    throw invalidRequest(`Cannot load '${id}': the model is already running.`, "model");
  }
  begin((signal) => management.load(id, signal));
  return c.json({ success: true });
}

/** `POST /models/unload`: begins; nothing is to be done where it does not run. */
export async function routerUnload(c: Context, services: Services): Promise<Response> {
  const management = managementOf(services);
  const { state, model: { id } } = await named(c, services);
  if (state === "loaded" || state === "loading") begin(() => management.unload(id));
  return c.json({ success: true });
}

async function named(c: Context, services: Services): Promise<ModelStatus> {
  const { json } = await readJson(c.req.raw, services.config.limits);
  const { model } = parseBody(json, modelRequest);
  const status = managementOf(services).stateOf(model);
  c.get("scope").tell({ model: status.model.id });
  return status;
}

/** `GET /props`: the router's, or with `?model=` those of a model; never loads it. */
export async function routerPropsOf(c: Context, services: Services): Promise<Response> {
  const management = managementOf(services);
  const name = c.req.query("model");
  if (!name) {
    const { most } = await management.memory();
    return c.json(routerProps({ most, version: services.version }));
  }
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(PATIENCE)]);
  const props = await management.read(name, "/props", signal).catch(asUpstreamError);
  if (props !== null) return c.json(propsWithoutPaths(props));
  const { model: { id } } = management.stateOf(name);
  throw invalidRequest(
    `Cannot tell the properties of '${id}': the model is not loaded. Load it first.`,
    "model",
  );
}

/** Milliseconds; llama-server answers at once, even at work. */
const PATIENCE = 10_000;

function asUpstreamError(cause: unknown): never {
  throw explainFailure(cause);
}

/** One model, without its command line and its paths. */
function shown(status: ModelStatus) {
  const { model, state, limits, size, parameters } = status;
  const loaded = state === "loaded";
  return {
    id: model.id,
    aliases: model.aliases,
    tags: [],
    object: "model",
    owned_by: "llamacpp",
    created: model.created,
    status: { value: routerState(state), ...(state === "failed" && { failed: true }) },
    architecture: {
      input_modalities: model.vision ? ["text", "image"] : ["text"],
      output_modalities: ["text"],
    },
    source: "models_dir",
    can_remove: false,
    context_length: limits.native,
    ...(loaded && {
      meta: { n_ctx: model.context, n_ctx_train: limits.native, n_params: parameters, size },
    }),
  };
}
