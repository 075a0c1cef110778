/** `GET /models/sse`: every change of a model's state, as llama-server's router tells it. */
import { ApiError } from "../protocol/error.ts";
import type { StateChange } from "../upstream/management.ts";
import type { Context, Services } from "./context.ts";
import { EVENT_HEADERS } from "./exchange.ts";
import { managementOf, routerState } from "./managing.ts";

/** Milliseconds between comments: proxies often give up after 60 s of silence. */
const BEAT = 10_000;
/** Pieces that wait for a reader; one that leaves more is let go. */
const MOST_UNREAD = 1_000;
/** Readers and other waiting answers at once. */
const MOST_WAITS = 200;

const KEEP_ALIVE = ": keep-alive\n\n";

/** Streams until the client leaves or Chaski stops. */
export function modelEvents(c: Context, services: Services): Response {
  const management = managementOf(services);
  const { waits } = services;
  if (waits.size >= MOST_WAITS) throw tooMany();
  const scope = c.get("scope");
  scope.handOver();
  const encoder = new TextEncoder();
  let leave = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => {
        if ((controller.desiredSize ?? 0) <= 0) return end();
        controller.enqueue(encoder.encode(text));
      };
      const stop = management.listen((change) => {
        const text = eventOf(change);
        if (text !== null) send(text);
      });
      const beat = setInterval(() => send(KEEP_ALIVE), BEAT);
      leave = () => {
        stop();
        clearInterval(beat);
        waits.delete(end);
        scope.end("complete", 200);
      };
      function end(): void {
        leave();
        controller.close();
      }
      waits.add(end);
      send(KEEP_ALIVE);
    },
    cancel: () => leave(),
  }, { highWaterMark: MOST_UNREAD });
  return new Response(body, { headers: EVENT_HEADERS });
}

/** The event of a change; null for one that llama-server knows no word for. */
function eventOf({ id, state }: StateChange): string | null {
  if (state === "unloading") return null;
  const status = routerState(state);
  const data = {
    status,
    ...(status === "unloaded" && { exit_code: state === "failed" ? 1 : 0 }),
  };
  return `data: ${JSON.stringify({ model: id, event: "status_change", data })}\n\n`;
}

function tooMany(): ApiError {
  return new ApiError("Cannot tell of changes: too many are listening. Close some connections.", {
    ...{ status: 503, type: "server_error", code: "server_is_overloaded", retryAfter: 30 },
  });
}
