/**
 * What `codex --oss` asks of Ollama before its first turn, in Ollama's shapes, and what it asks of LM
 * Studio by name (spec codex.md section 8, Codex 0.169). Pure.
 */
import type { ModelCard } from "./models.ts";

/**
 * The version that is told: the first Ollama with a Responses API, which is the least that Codex
 * takes. Nothing else of that version is promised.
 */
export const OLLAMA_VERSION = "0.13.4";

/** The model that `codex --oss` asks LM Studio for when nobody names one. */
export const LM_STUDIO_DEFAULT = "openai/gpt-oss-20b";

function details() {
  return { parent_model: "", format: "gguf", family: "", families: [] };
}

/** `GET /api/tags`. Sizes and digests are not known here. */
export function ollamaTags(cards: readonly ModelCard[]) {
  return {
    models: cards.map(({ id, created }) => ({
      name: id,
      model: id,
      modified_at: new Date(created * 1000).toISOString(),
      size: 0,
      digest: "",
      details: details(),
    })),
  };
}

/** `POST /api/show`: what is known of a model; its architecture is not. */
export function ollamaShow({ created, context, vision, thinks }: ModelCard) {
  return {
    modified_at: new Date(created * 1000).toISOString(),
    details: details(),
    model_info: {
      "general.architecture": "unknown",
      ...(context !== null && { "unknown.context_length": context }),
    },
    capabilities: [
      "completion",
      "tools",
      ...(vision ? ["vision"] : []),
      ...(thinks ? ["thinking"] : []),
    ],
  };
}
