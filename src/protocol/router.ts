/** What llama-server says of itself, for those who may not know the server's paths. Pure. */
import { isRecord } from "./record.ts";

/** What is passed on of `/props`; all else may hold paths, and whatever comes with a later version. */
const TOLD = [
  "total_slots",
  "model_alias",
  "model_ftype",
  "modalities",
  "chat_template",
  "chat_template_caps",
  "bos_token",
  "eos_token",
  "build_info",
  "is_sleeping",
];

/** A llama-server's `/props` without paths. */
export function propsWithoutPaths(props: unknown): Record<string, unknown> {
  const all = isRecord(props) ? props : {};
  const settings = all["default_generation_settings"];
  return {
    ...(isRecord(settings) && { default_generation_settings: withoutAdapters(settings) }),
    ...Object.fromEntries(TOLD.filter((key) => key in all).map((key) => [key, all[key]])),
  };
}

/** Adapters are told by their paths. */
function withoutAdapters({ n_ctx, params }: Record<string, unknown>) {
  if (!isRecord(params)) return { n_ctx };
  const { lora: _, ...rest } = params;
  return { params: rest, n_ctx };
}

/** `/props` of a llama-server that runs others. */
export function routerProps({ most, version }: { most: number; version: string }) {
  return {
    role: "router",
    max_instances: Number.isFinite(most) ? most : null,
    models_autoload: true,
    model_alias: "chaski",
    model_path: "none",
    default_generation_settings: { params: null, n_ctx: 0 },
    ui_settings: {},
    build_info: `chaski-${version}`,
  };
}
