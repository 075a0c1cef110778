/**
 * What the upstream serves, kept fresh beside the request path: model ids, real context, vision,
 * and what its chat template understands. Read from `/v1/models` and `/props`; never from `/slots`
 * or `/metrics`, because a poll of those keeps abandoned requests alive (llama-server.md).
 */
import type { ApiError } from "../protocol/error.ts";
import { upstreamFailure } from "../protocol/llama_error.ts";
import { type ControlWords, controlWords } from "./control_words.ts";
import { explainFailure, type Llama } from "./llama.ts";
import { readModels } from "./reading.ts";
import { unknownModel } from "./unknown_model.ts";
import type { UpstreamModel } from "./upstream_model.ts";

/** The upstream at the moment. */
export type UpstreamState =
  | { status: "ready"; models: UpstreamModel[]; warnings: string[] }
  | { status: "loading" | "down"; error: ApiError };

export interface UpstreamWatch {
  /** The last known state; null before the first look. */
  state(): UpstreamState | null;
  /** Looks now, or waits for a look under way. */
  refresh(): Promise<UpstreamState>;
  /**
   * The model behind a name. Fresh enough facts are used at once and renewed in the background.
   * Throws ApiError: 404 `model_not_found`, 503 while loading, 502 when unreachable.
   */
  resolve(name: string | undefined | null): Promise<UpstreamModel>;
  /** How many requests the upstream answers at once; null when that is not known. */
  slots(): number | null;
  /** Every model, or throws like `resolve`. */
  models(): Promise<UpstreamModel[]>;
  stop(): void;
}

/** Milliseconds. */
const FRESH = 10_000;
const RETRY = 1_000;
/** A client waits for the first look, and nothing keeps its line alive meanwhile. */
const LOOK_TIMEOUT = 4_000;
/** How long a server that does not answer a look still counts as busy, and not as gone. */
const TRUST = 60_000;

/**
 * Watches one upstream.
 *
 * @param anyName whether an unknown name means the first model (`default_model = "any"`)
 * @param onChange called when the state's kind or the set of models changes
 */
export function watchUpstream(
  llama: Llama,
  { anyName, onChange }: { anyName: boolean; onChange: (state: UpstreamState) => void },
): UpstreamWatch {
  let state: UpstreamState | null = null;
  let seenAt = 0;
  let readyAt = -Infinity;
  let look: Promise<UpstreamState> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopped = new AbortController();
  const controlOf = controlWords(llama);

  function refresh(): Promise<UpstreamState> {
    look ??= readState(llama, controlOf, stopped.signal).then((found) => {
      look = null;
      const trusted = performance.now() - readyAt < TRUST;
      const next = trusted && wasBusy(found) && state !== null ? state : found;
      if (found.status === "ready") readyAt = performance.now();
      const changed = state === null || fingerprint(state) !== fingerprint(next);
      state = next;
      seenAt = performance.now();
      if (changed && !stopped.signal.aborted) onChange(next);
      clearTimeout(timer);
      if (next.status !== "ready" && !stopped.signal.aborted) timer = setTimeout(refresh, RETRY);
      return next;
    });
    return look;
  }

  async function models(): Promise<UpstreamModel[]> {
    const known = state;
    if (known?.status !== "ready") {
      const next = await refresh();
      if (next.status === "ready") return next.models;
      throw next.error;
    }
    if (performance.now() - seenAt > FRESH) void refresh();
    return known.models;
  }

  return {
    state: () => state,
    refresh,
    models,
    slots: () => state?.status === "ready" ? state.models[0]?.slots ?? null : null,
    async resolve(name) {
      const all = await models();
      const found = findModel(all, name) ?? (anyName ? all[0] : undefined);
      if (found !== undefined) return found;
      throw unknownModel(name ?? "", all.map(({ id }) => id));
    },
    stop() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}

/** A server that is there and answers late still serves what it served before. */
function wasBusy(state: UpstreamState): boolean {
  return state.status === "down" && state.error.code === TIMED_OUT;
}

const TIMED_OUT = "upstream_timeout";

function findModel(
  models: UpstreamModel[],
  name: string | null | undefined,
): UpstreamModel | undefined {
  if (name === undefined || name === null) return models[0];
  const wanted = name.toLowerCase();
  return models.find((model) =>
    [model.id, model.upstreamId, ...model.aliases].some((id) => id.toLowerCase() === wanted)
  );
}

function fingerprint(state: UpstreamState): string {
  return state.status === "ready"
    ? JSON.stringify([state.models, state.warnings])
    : state.status + state.error.code;
}

async function readState(
  llama: Llama,
  controlOf: ControlWords,
  stopped: AbortSignal,
): Promise<UpstreamState> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(LOOK_TIMEOUT)]);
  try {
    const { models, warnings } = await readModels(llama, controlOf, signal);
    if (models.length === 0) throw upstreamFailure("Cannot use the upstream: it lists no model.");
    return { status: "ready", models, warnings };
  } catch (cause) {
    const error = signal.aborted
      ? upstreamFailure("Cannot learn the models: llama-server did not answer in time.", TIMED_OUT)
      : notTheClients(explainFailure(cause));
    return { status: error.status === 503 ? "loading" : "down", error };
  }
}

/** A refusal of what Chaski itself asked is no fault of the request that waits for it. */
function notTheClients(error: ApiError): ApiError {
  return error.status < 500 || error.code === "not_supported"
    ? upstreamFailure(`Cannot learn the models. ${error.message}`, "upstream_unusable")
    : error;
}
