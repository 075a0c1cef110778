/** What the header of a GGUF file says of its model. Pure. */

import { GgufError } from "./gguf_bytes.ts";
import type { GgufEntries, GgufValue } from "./gguf_walk.ts";
import { recommendedSampling, SAMPLING_KEYS } from "./gguf_sampling.ts";
import type { Sampling } from "./sampling.ts";

/** How an embedding model joins its tokens; `rank` gives one number for a pair of texts. */
export type Pooling = "none" | "mean" | "cls" | "last" | "rank";

const POOLINGS: readonly Pooling[] = ["none", "mean", "cls", "last", "rank"];

/** What the size of a KV cache follows from, each a number, by the key behind the architecture. */
const CACHE_KEYS = {
  blocks: "block_count",
  embedding: "embedding_length",
  keyLength: "attention.key_length",
  valueLength: "attention.value_length",
  keyLengthMla: "attention.key_length_mla",
  valueLengthMla: "attention.value_length_mla",
  keyLengthSwa: "attention.key_length_swa",
  valueLengthSwa: "attention.value_length_swa",
  kvLoraRank: "attention.kv_lora_rank",
  slidingWindow: "attention.sliding_window",
  sharedKvLayers: "attention.shared_kv_layers",
  fullAttentionInterval: "full_attention_interval",
  ssmConvKernel: "ssm.conv_kernel",
  ssmInnerSize: "ssm.inner_size",
  ssmStateSize: "ssm.state_size",
  ssmGroupCount: "ssm.group_count",
  ssmTimeStepRank: "ssm.time_step_rank",
} as const;

/** The same, where layers may differ: one number for all, or a list with one for each. */
const LAYER_KEYS = {
  heads: "attention.head_count",
  kvHeads: "attention.head_count_kv",
  slidingWindowPattern: "attention.sliding_window_pattern",
} as const;

const OTHER_KEYS = [
  "context_length",
  "pooling_type",
  "nextn_predict_layers",
  "has_vision_encoder",
  "has_audio_encoder",
  "projector_type",
  "vision.projection_dim",
  "audio.projection_dim",
];

const SUFFIXES = [...Object.values(CACHE_KEYS), ...Object.values(LAYER_KEYS), ...OTHER_KEYS]
  .map((key) => `.${key}`);

const GENERAL = [
  "general.architecture",
  "general.type",
  "general.name",
  "general.basename",
  "general.size_label",
  "general.file_type",
  "general.parameter_count",
  "tokenizer.chat_template",
  "tokenizer.chat_template.tool_use",
  "split.no",
  "split.count",
  ...SAMPLING_KEYS,
];

/** A number, or one for each layer. */
export type PerLayer = number | readonly number[];

/** What the size of a KV cache follows from; null is what the header does not say. */
export type CacheShape =
  & { readonly [name in keyof typeof CACHE_KEYS]: number | null }
  & { readonly [name in keyof typeof LAYER_KEYS]: PerLayer | null };

/** What a projector turns into tokens, and how wide they are. */
export interface ProjectorFacts {
  kind: string | null;
  vision: boolean;
  audio: boolean;
  /** Has to be the model's own width. */
  width: number | null;
}

/** What one file says; null is what it does not say. */
export interface GgufHeader {
  architecture: string;
  /** `model`, `adapter`, `mmproj`, `imatrix`. */
  type: string | null;
  name: string | null;
  /** The name without size, version and tuning: `Qwen3`. */
  basename: string | null;
  /** `8B`, `30B-A3B`. */
  sizeLabel: string | null;
  /** llama.cpp's number of the quantisation. */
  fileType: number | null;
  parameters: number | null;
  /** Tokens that the model was made for. */
  contextLength: number | null;
  pooling: Pooling | null;
  /** What it recommends. */
  sampling: Sampling;
  /** Layers that predict further tokens. */
  mtpHeads: number;
  chatTemplate: string | null;
  /** The template that llama-server takes for requests with tools, where there is another. */
  toolTemplate: string | null;
  cache: CacheShape;
  /** Only for a file that is a projector. */
  projector: ProjectorFacts | null;
  /** Only for a part of a model. */
  split: { part: number; parts: number } | null;
  tensors: number;
}

/** Whether a header is worth keeping the value of this key. */
export function isWanted(key: string): boolean {
  return GENERAL.includes(key) || SUFFIXES.some((suffix) => key.endsWith(suffix));
}

/** The kept entries under our names. Throws a GgufError when they tell of no model. */
export function toHeader({ values, tensors }: GgufEntries): GgufHeader {
  const architecture = text(values.get("general.architecture"));
  const parts = whole(values.get("split.count"));
  // Only the first part of a model says more than its number.
  if (architecture === null && parts === null) throw new GgufError("it names no architecture");
  const of = (key: string) => values.get(`${architecture}.${key}`);
  return {
    architecture: architecture ?? "",
    type: text(values.get("general.type")),
    name: text(values.get("general.name")),
    basename: text(values.get("general.basename")),
    sizeLabel: text(values.get("general.size_label")),
    fileType: whole(values.get("general.file_type")),
    parameters: whole(values.get("general.parameter_count")),
    contextLength: whole(of("context_length")),
    pooling: POOLINGS[whole(of("pooling_type")) ?? -1] ?? null,
    sampling: recommendedSampling(values),
    mtpHeads: whole(of("nextn_predict_layers")) ?? 0,
    chatTemplate: text(values.get("tokenizer.chat_template")),
    toolTemplate: text(values.get("tokenizer.chat_template.tool_use")),
    cache: cacheShape(of),
    projector: architecture === "clip" ? projectorFacts(of) : null,
    split: parts === null ? null : { part: whole(values.get("split.no")) ?? 0, parts },
    tensors,
  };
}

function cacheShape(of: (key: string) => GgufValue | undefined): CacheShape {
  const read = <K extends string, T>(
    keys: Readonly<Record<K, string>>,
    as: (value: GgufValue | undefined) => T,
  ) =>
    Object.fromEntries(
      Object.entries<string>(keys).map(([name, key]) => [name, as(of(key))]),
    ) as Record<K, T>;
  return { ...read(CACHE_KEYS, whole), ...read(LAYER_KEYS, perLayer) };
}

function projectorFacts(of: (key: string) => GgufValue | undefined): ProjectorFacts {
  const audio = of("has_audio_encoder") === true;
  return {
    kind: text(of("projector_type")),
    // The oldest projectors see and do not say so.
    vision: of("has_vision_encoder") === true || !audio,
    audio,
    width: whole(of("vision.projection_dim")) ?? whole(of("audio.projection_dim")),
  };
}

function text(value: GgufValue | undefined): string | null {
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

function whole(value: GgufValue | undefined): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function perLayer(value: GgufValue | undefined): PerLayer | null {
  if (!Array.isArray(value)) return whole(value);
  const layers = value.map((each) => whole(Number(each)));
  return layers.length > 0 && layers.every((each) => each !== null) ? layers : null;
}
