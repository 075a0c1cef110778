/** A real llama-server with the tiny model, and Chaski over it. */
import { type Chaski, startChaski } from "../chaski_process.ts";
import {
  findLlamaServer,
  type RunningLlamaServer,
  startLlamaServer,
} from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";
import type { Kind } from "../tools/tiny_model/generate.ts";

export interface RealStage extends AsyncDisposable {
  llama: RunningLlamaServer;
  chaski: Chaski;
}

/**
 * Starts both; `args` are llama-server's, `env` is Chaski's. Without an alias llama-server calls its
 * model by the path of the file.
 */
export async function realStage(
  args: readonly string[],
  env: Record<string, string> = {},
  kind: Kind = "chat",
): Promise<RealStage> {
  const binary = await findLlamaServer();
  const model = await tinyModel({ template: "qwen3", kind });
  const llama = await startLlamaServer({ binary, model, args });
  const chaski = await startChaski({ upstream: llama.url, env });
  return {
    llama,
    chaski,
    async [Symbol.asyncDispose]() {
      await chaski[Symbol.asyncDispose]();
      await llama.stop();
    },
  };
}
