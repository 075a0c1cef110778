import OpenAI from "openai";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

/** The official SDK → Chaski → the real llama-server with a tiny model. */
export interface SdkStage {
  /** The chat template of the tiny model. */
  readonly template: string;
  /** An SDK that does not retry. */
  readonly client: OpenAI;
  readonly chaski: Chaski;
  /** The base URL of llama-server itself, for a Chaski with other settings. */
  readonly upstream: string;
}

/** One thing to see on a stage; rejects when it is not so. */
export interface Check<Stage = SdkStage> {
  /** Begins with the SDK's method. */
  readonly name: string;
  /** Where it is to be seen; default: on every template. */
  readonly templates?: readonly string[];
  run(stage: Stage): Promise<void>;
}

/** What the tiny model is called. */
export const MODEL = "tiny";

/** Tokens that one slot holds. */
export const CONTEXT = 8192;

/** The SDK as its users make it, for one Chaski. */
export function sdk(chaski: Chaski, apiKey = "none"): OpenAI {
  return new OpenAI({ baseURL: `${chaski.url}/v1`, apiKey, maxRetries: 0, timeout: 30_000 });
}

/** Runs `work` on a new stage. */
export async function onSdkStage(
  template: string,
  work: (stage: SdkStage) => Promise<void>,
): Promise<void> {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
  const args = ["-c", `${2 * CONTEXT}`, "-np", "2", "--alias", MODEL];
  await using llama = await startLlamaServer({ binary, model, args });
  await using chaski = await startChaski({ upstream: llama.url });
  await work({ template, client: sdk(chaski), chaski, upstream: llama.url });
}
