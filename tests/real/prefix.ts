/** Conversations that grow by ten rounds, and what each round costs on a real llama-server. */
import { assert } from "@std/assert";
import { type Chaski, startChaski } from "../chaski_process.ts";
import { type Recorder, startRecorder } from "../clients/recorder.ts";
import { findLlamaServer, startLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

/** What each template itself takes out of earlier turns: the thoughts, and nothing else. */
export const THOUGHTS: Readonly<Record<string, RegExp>> = {
  "qwen3": /<think>\n[^]*?\n<\/think>\n\n/g,
  "qwen3.5": /<think>\n[^]*?\n<\/think>\n\n/g,
  "gpt-oss": /<\|start\|>assistant<\|channel\|>analysis<\|message\|>[^]*?<\|end\|>/g,
};

/** The share of the prompt that may be read again within a loop of calls. */
export const TOLERANCE = 0.02;

export interface PrefixStage {
  chaski: Chaski;
  recorder: Recorder;
  llama: string;
}

/** What a prompt was and cost, in tokens. */
export interface Prompt {
  prompt: string;
  tokens: number;
  cached: number;
}

/** Sets a stage with one slot. */
export async function onPrefixStage(
  template: string,
  work: (stage: PrefixStage) => Promise<void>,
): Promise<void> {
  const [binary, model] = await Promise.all([findLlamaServer(), tinyModel({ template })]);
  const args = ["-c", "65536", "-np", "1", "--alias", "tiny"];
  await using llama = await startLlamaServer({ binary, model, args });
  await using recorder = startRecorder(llama.url);
  await using chaski = await startChaski({ upstream: recorder.url });
  await work({ chaski, recorder, llama: llama.url });
}

/** The prompt of what was asked last, as llama-server renders it. */
export async function lastPrompt({ recorder, llama }: PrefixStage): Promise<string> {
  const rendered = await fetch(`${llama}/apply-template`, {
    method: "POST",
    body: JSON.stringify(recorder.requests.at(-1)),
  });
  const { prompt } = await rendered.json();
  assert(typeof prompt === "string" && prompt.length > 1000);
  return prompt;
}

/** A prompt without the beginning of the model's turn, which templates write otherwise later. */
export function withoutOpening(prompt: string): string {
  return prompt.slice(0, prompt.lastIndexOf("assistant"));
}

/**
 * Grows a history by ten rounds of calls, each of which is read once; gives the last prompt.
 *
 * @param ask asks with the history as it stands
 */
export async function growsByTen(
  history: unknown[],
  round: (n: number) => unknown[],
  ask: () => Promise<Prompt>,
): Promise<Prompt> {
  let before = await ask();
  for (let n = 0; n < 10; n++) {
    history.push(...round(n));
    const now = await ask();
    assert(now.prompt.startsWith(before.prompt), `the prompt of round ${n} begins otherwise`);
    const again = before.tokens - now.cached;
    assert(again <= TOLERANCE * now.tokens, `${again} of ${now.tokens} tokens were read again`);
    before = now;
  }
  return before;
}
