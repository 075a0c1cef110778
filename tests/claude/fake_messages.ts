/** A small server of Anthropic's Messages whose answers a scenario writes. */

import type { Answer, Model, ModelRequest } from "./answer.ts";
import { messageStream } from "./messages_sse.ts";

/** A running one; `await using` ends it. */
export interface FakeMessages extends Model, AsyncDisposable {
  /** Its base URL without a slash at the end. */
  readonly url: string;
}

/**
 * Starts one on a free port of 127.0.0.1.
 *
 * @param behind the base URL of what answers every other path; default: 404
 */
export function startFakeMessages(behind?: string): FakeMessages {
  const answers: Answer[] = [];
  const arrived: ModelRequest[] = [];
  let number = 0;
  let taken = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/v1/messages") {
      if (behind === undefined) return new Response(null, { status: 404 });
      return await fetch(`${behind}${pathname}${search}`, request);
    }
    await request.text();
    number += 1;
    const answer = answers.shift() ?? { text: "Hello from the fake." };
    const { body, hungUp } = streamOf(messageStream(answer, number), "silence" in answer);
    arrived.push({ hungUp: () => hungUp });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    reply: (...more) => void answers.push(...more),
    async nextRequest() {
      for (const start = performance.now(); performance.now() - start < LIMIT_MS;) {
        const next = arrived[taken];
        if (next !== undefined) {
          taken += 1;
          return next;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error("No request reached the model");
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const LIMIT_MS = 20_000;

function streamOf(text: string, open: boolean) {
  const { promise: hungUp, resolve } = Promise.withResolvers<number>();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (!open) controller.close();
    },
    cancel: () => resolve(performance.now()),
  });
  return { body, hungUp };
}
