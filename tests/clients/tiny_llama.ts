import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

/** Templates with which the tiny model can call tools, and which differ most. */
export const CONTRASTING_TEMPLATES = ["qwen3", "qwen3.5", "gpt-oss"] as const;

/** All templates with which the tiny model can call tools. */
export const TEMPLATES = [...CONTRASTING_TEMPLATES, "qwen2.5", "qwen3-coder"] as const;

/** The name of a chat template of the tiny model. */
export type Template = typeof TEMPLATES[number];

/** Tokens that one slot of such a llama-server holds. */
export const TINY_CONTEXT = 16_384;

/** Starts the real llama-server for the stages of one template. */
export async function startTinyLlama(template: Template) {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
  const args = ["-c", String(2 * TINY_CONTEXT), "-np", "2", "--alias", "tiny"];
  return await startLlamaServer({ binary, model, args });
}
