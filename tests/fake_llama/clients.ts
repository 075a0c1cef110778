/** Plain clients of the fake: Deno's fetch and undici. */
import { Client } from "undici";
import type { FakeLlama } from "../fake_llama.ts";

/** A small chat request. */
export const HELLO = { messages: [{ role: "user", content: "Hello" }], stream: true };

/** Posts a chat request over plain fetch. */
export function ask(
  fake: FakeLlama,
  body: unknown = HELLO,
  signal?: AbortSignal,
): Promise<Response> {
  const init = { method: "POST", body: JSON.stringify(body), signal: signal ?? null };
  return fetch(`${fake.url}/v1/chat/completions`, init);
}

/** Posts a chat request over undici and reads the answer as text. */
export async function askUndici(client: Client, signal?: AbortSignal): Promise<string> {
  const answer = await client.request({
    method: "POST",
    path: "/v1/chat/completions",
    body: JSON.stringify(HELLO),
    signal,
  });
  return await answer.body.text();
}

/**
 * An undici client that `await using` ends, whatever state its connection is in. Its limits
 * are off or below one second: longer ones share a ticking timer that outlives the test.
 */
export function undici(fake: FakeLlama): Client & AsyncDisposable {
  const client = new Client(fake.url, {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 0 },
    keepAliveMaxTimeout: 900,
  });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.destroy() });
}
