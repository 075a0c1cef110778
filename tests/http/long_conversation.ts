/** A conversation that is too long for its threshold, over a fake that counts characters. */
import { assert } from "@std/assert";
import type { FakeLlama } from "../fake_llama.ts";
import { status } from "../fake_llama/script.ts";

const COUNT = "POST /v1/chat/completions/input_tokens";

/** Lets the fake count four characters of a prompt as one token. */
export function countCharacters(fake: FakeLlama): void {
  fake.always(COUNT, ({ body }) => status(200, { input_tokens: tokensOf(body) }));
}

/** The tokens of a prompt, as the fake counts them. */
export function tokensOf({ messages }: Record<string, unknown>): number {
  return Math.ceil(JSON.stringify(messages).length / 4);
}

export const user = (content: string) => ({ role: "user", content });

/** Turns of about 250 tokens each. */
export function turns(count: number, from = 0) {
  return Array.from({ length: count }, (_, i) => [
    user(`Question ${from + i}. ${"x".repeat(900)}`),
    { role: "assistant", content: `Answer ${from + i}.` },
  ]).flat();
}

/** What a summary is asked for with. */
export const THRESHOLD = { context_management: [{ type: "compaction", compact_threshold: 1000 }] };

/** The messages of the fake's n-th chat request, as text. */
export function saidIn(fake: FakeLlama, n: number): string {
  const request = fake.requests.at(n);
  assert(request !== undefined, `there is no request ${n}`);
  return JSON.stringify(request.body.messages);
}
