/** What llama-server says about itself, shaped as version 0.7.0 says it. */
import { failure, status, type Step } from "./script.ts";

/** What the fake pretends to serve. */
export interface ServedModel {
  /** The alias. */
  model: string;
  /** Context of one slot in tokens, as `/props` reports it. */
  nCtx: number;
  /** Whether images are taken. */
  vision: boolean;
  chatTemplate: string;
  slots: number;
}

/**
 * The answer to a request that is no completion; `busy` is the number of completions
 * in progress. Unknown paths and wrong methods are 404.
 */
export function info(route: string, served: ServedModel, busy: number): Step {
  switch (route) {
    case "GET /health":
    case "GET /v1/health":
      return status(200, { status: "ok" });
    case "GET /models":
    case "GET /v1/models":
      return status(200, models(served));
    case "GET /props":
      return status(200, props(served));
    case "GET /slots":
      return status(200, slots(served, busy));
    default:
      return failure(404, "not_found_error", "File Not Found");
  }
}

/** What every path answers while the model is being loaded. */
export function loadingModel(): Step {
  return failure(503, "unavailable_error", "Loading model");
}

function models({ model, nCtx, vision }: ServedModel): Record<string, unknown> {
  const capabilities = vision ? ["completion", "multimodal"] : ["completion"];
  const details = {
    parent_model: "",
    format: "gguf",
    family: "",
    families: [""],
    parameter_size: "",
    quantization_level: "",
  };
  const meta = {
    vocab_type: 2,
    n_vocab: 608,
    n_ctx: nCtx,
    n_ctx_train: 131072,
    n_embd: 192,
    n_params: 455296,
    size: 911872,
    ftype: "F16",
  };
  const named = { name: model, model, modified_at: "", size: "", digest: "", type: "model" };
  return {
    models: [{ ...named, description: "", tags: [""], capabilities, parameters: "", details }],
    object: "list",
    data: [{
      id: model,
      aliases: [model],
      tags: [],
      object: "model",
      architecture: {
        input_modalities: vision ? ["text", "image"] : ["text"],
        output_modalities: ["text"],
      },
      created: 1767225600,
      owned_by: "llamacpp",
      meta,
    }],
  };
}

function props({ model, nCtx, vision, chatTemplate, slots }: ServedModel): Record<string, unknown> {
  return {
    default_generation_settings: {
      params: { temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05, max_tokens: -1 },
      n_ctx: nCtx,
    },
    total_slots: slots,
    model_alias: model,
    model_ftype: "F16",
    model_path: `/models/${model}.gguf`,
    modalities: { vision, video: false, audio: false },
    endpoint_slots: true,
    endpoint_props: false,
    endpoint_metrics: false,
    ui: true,
    ui_settings: {},
    chat_template: chatTemplate,
    chat_template_caps: {
      supports_object_arguments: true,
      supports_parallel_tool_calls: true,
      supports_string_content: true,
      supports_system_role: true,
      supports_tool_calls: true,
      supports_tools: true,
      supports_typed_content: false,
    },
    bos_token: "<|endoftext|>",
    eos_token: "<|im_end|>",
    build_info: "fake-1",
    is_sleeping: false,
  };
}

function slots({ nCtx, slots }: ServedModel, busy: number): Record<string, unknown>[] {
  return Array.from({ length: slots }, (_, id) => ({
    id,
    n_ctx: nCtx,
    speculative: false,
    is_processing: id < busy,
  }));
}
