/**
 * What the upstream serves, kept fresh beside the request path: model ids, real context, vision,
 * and what its chat template understands. Read from `/v1/models` and `/props`; never from `/slots`
 * or `/metrics`, because a poll of those keeps abandoned requests alive (llama-server.md).
 */
import { ApiError } from "../protocol/error.ts";
import { upstreamFailure } from "../protocol/llama_error.ts";
import type { SamplingDefaults } from "../protocol/responses/response.ts";
import { thinkingSwitch, turnsAlternate } from "../protocol/responses/reasoning.ts";
import type { ThinkingSwitch } from "../protocol/responses/request_context.ts";
import type { Llama } from "./llama.ts";

/** One model that the upstream answers for. */
export interface UpstreamModel {
  /** The public name; never a path. */
  id: string;
  /** Further names that clients may use. */
  aliases: string[];
  /** How llama-server itself calls it, which is a path when it was started without --alias. */
  upstreamId: string;
  /** Seconds since 1970. */
  created: number;
  /** Tokens that one slot holds; null when the upstream does not say. */
  context: number | null;
  vision: boolean;
  thinking: ThinkingSwitch;
  /** Whether the chat template refuses turns that do not alternate strictly. */
  alternates: boolean;
  sampling: SamplingDefaults;
}

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
  /** Every model, or throws like `resolve`. */
  models(): Promise<UpstreamModel[]>;
  stop(): void;
}

/** Milliseconds. */
const FRESH = 10_000;
const RETRY = 1_000;
const LOOK_TIMEOUT = 10_000;

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
  let look: Promise<UpstreamState> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopped = new AbortController();

  function refresh(): Promise<UpstreamState> {
    look ??= readState(llama, stopped.signal).then((next) => {
      look = null;
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
    async resolve(name) {
      const all = await models();
      const found = findModel(all, name) ?? (anyName ? all[0] : undefined);
      if (found !== undefined) return found;
      throw unknownModel(name ?? "", all);
    },
    stop() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}

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

function unknownModel(name: string, models: UpstreamModel[]): ApiError {
  const shown = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return new ApiError(
    `Cannot find the model '${shown}': there is ${
      models.map(({ id }) => `'${id}'`).join(", ")
    }. Use one of these names, or set default_model = "any" in Chaski's configuration.`,
    { status: 404, type: "invalid_request_error", code: "model_not_found", param: "model" },
  );
}

function fingerprint(state: UpstreamState): string {
  return state.status === "ready"
    ? JSON.stringify([state.models, state.warnings])
    : state.status + state.error.code;
}

async function readState(llama: Llama, stopped: AbortSignal): Promise<UpstreamState> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(LOOK_TIMEOUT)]);
  try {
    const list = await llama.getJson("/v1/models", signal);
    const warnings: string[] = [];
    const props = await readProps(llama, signal, warnings);
    const models = toModels(list, props);
    if (models.length === 0) throw upstreamFailure("Cannot use the upstream: it lists no model.");
    return { status: "ready", models, warnings };
  } catch (cause) {
    const error = cause instanceof ApiError ? cause : upstreamFailure(
      "Cannot reach llama-server. Start it, or point Chaski at it by --upstream.",
      "upstream_unreachable",
    );
    if (error !== cause) error.cause = cause;
    return { status: error.status === 503 ? "loading" : "down", error };
  }
}

async function readProps(llama: Llama, signal: AbortSignal, warnings: string[]): Promise<Props> {
  let props: unknown;
  try {
    props = await llama.getJson("/props", signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 503) throw error;
    warnings.push(
      "The upstream has no /props, so it is no llama-server or a very old one: " +
        "the context size, vision and thinking switches are unknown.",
    );
    return {};
  }
  return isRecord(props) ? props : {};
}

type Props = Record<string, unknown>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toModels(list: unknown, props: Props): UpstreamModel[] {
  const data = isRecord(list) && Array.isArray(list.data) ? list.data.filter(isRecord) : [];
  // A router lists many models and its /props tell of none of them.
  const only = data.length === 1 && props.role !== "router";
  return data.flatMap((entry) => {
    const { id, created, aliases, meta } = entry;
    if (typeof id !== "string" || id === "") return [];
    const facts = only ? props : {};
    const template = typeof facts.chat_template === "string" ? facts.chat_template : "";
    const names = (Array.isArray(aliases) ? aliases : []).filter((name) =>
      typeof name === "string" && name !== id
    );
    return [{
      id: publicName(id),
      aliases: names.map(publicName),
      upstreamId: id,
      created: typeof created === "number" ? created : 0,
      context: contextOf(facts) ?? (isRecord(meta) ? positive(meta.n_ctx) : null),
      vision: isRecord(facts.modalities) && facts.modalities.vision === true,
      thinking: thinkingSwitch(template),
      // Unknown templates get what every template accepts.
      alternates: template === "" || turnsAlternate(template),
      sampling: samplingOf(facts),
    }];
  });
}

/** `/models/Qwen3-4B-Q4_K_M.gguf` → `Qwen3-4B-Q4_K_M`; a name with a single slash is no path. */
function publicName(id: string): string {
  const isPath = /\.gguf$/i.test(id) || /^(?:[\\/~]|[A-Za-z]:[\\/])/.test(id);
  if (!isPath) return id;
  const base = id.split(/[\\/]/).at(-1) ?? id;
  return base.replace(/\.gguf$/i, "") || "model";
}

function positive(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function contextOf(props: Props): number | null {
  const settings = props.default_generation_settings;
  return isRecord(settings) ? positive(settings.n_ctx) : null;
}

function samplingOf(props: Props): SamplingDefaults {
  const settings = isRecord(props.default_generation_settings)
    ? props.default_generation_settings
    : {};
  const params = isRecord(settings.params) ? settings.params : {};
  // llama-server keeps these as 32-bit floats: 0.800000011920929 is 0.8.
  const number = (value: unknown, otherwise: number) =>
    typeof value === "number" ? Number(value.toPrecision(6)) : otherwise;
  return {
    temperature: number(params.temperature, 0.8),
    topP: number(params.top_p, 0.95),
    presencePenalty: number(params.presence_penalty, 0),
    frequencyPenalty: number(params.frequency_penalty, 0),
  };
}
