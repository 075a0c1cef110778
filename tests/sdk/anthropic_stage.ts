import Anthropic from "@anthropic-ai/sdk";
import type { Chaski } from "../chaski_process.ts";
import { type Check, MODEL, onSdkStage, type SdkStage } from "./sdk_stage.ts";

/** Anthropic's SDK → Chaski → the real llama-server with a tiny model. */
export interface AnthropicStage extends Omit<SdkStage, "client"> {
  /** An SDK that does not retry. */
  readonly client: Anthropic;
}

export type AnthropicCheck = Check<AnthropicStage>;

type Params = Anthropic.MessageCreateParamsNonStreaming;

/** What a request says beside its model; no limit of tokens is 500. */
export type Asked = Omit<Params, "model" | "max_tokens"> & Partial<Params>;

/** The SDK as its users make it, for one Chaski. */
export function anthropic(
  chaski: Chaski,
  keys: { apiKey: string | null; authToken: string | null } = { apiKey: "none", authToken: null },
): Anthropic {
  return new Anthropic({ baseURL: chaski.url, ...keys, maxRetries: 0, timeout: 30_000 });
}

/** Runs `work` on a new stage. */
export function onAnthropicStage(
  template: string,
  work: (stage: AnthropicStage) => Promise<void>,
): Promise<void> {
  return onSdkStage(template, (stage) => work({ ...stage, client: anthropic(stage.chaski) }));
}

export function full(asked: Asked): Params {
  return { model: MODEL, max_tokens: 500, ...asked };
}

/** The same question, answered whole and streamed. */
export async function bothWays(
  client: Anthropic,
  asked: Asked,
): Promise<Anthropic.Message[]> {
  return [
    await client.messages.create(full(asked)),
    await client.messages.stream(full(asked)).finalMessage(),
  ];
}

/** One user's message. */
export function says(
  content: Anthropic.MessageParam["content"],
): Anthropic.MessageParam[] {
  return [{ role: "user", content }];
}

export function textOf({ content }: Anthropic.Message): string {
  return content.map((block) => block.type === "text" ? block.text : "").join("");
}

export function typesOf({ content }: Anthropic.Message): string[] {
  return content.map(({ type }) => type);
}

export function blocksOf<T extends Anthropic.ContentBlock["type"]>(
  { content }: Anthropic.Message,
  type: T,
) {
  return content.filter((block): block is Extract<Anthropic.ContentBlock, { type: T }> =>
    block.type === type
  );
}

/** Tokens of the prompt, whether they were read or cached. */
export function promptTokens({ usage }: Anthropic.Message): number {
  return usage.input_tokens + (usage.cache_read_input_tokens ?? NaN);
}
