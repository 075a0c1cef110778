/** An answer in one piece that may be long in coming, as that of a model which is loaded. */
import { type ApiError, openAiErrorBody } from "../protocol/error.ts";
import { BROKEN_OFF } from "../stream/transfer_body.ts";
import type { Context, Services } from "./context.ts";
import { asApiError, clientLeft, shuttingDown } from "./errors.ts";
import { within } from "./within.ts";

/** Milliseconds after which the 200 is sent, so that the connection can be kept alive. */
const COMMIT_AFTER = 2_000;
/** Milliseconds between blanks: proxies often give up after 60 s of silence. */
const BEAT = 10_000;

type Settled = { value: unknown } | { error: ApiError };

/**
 * Answers with what comes of `work`. An error keeps its status within the first 2 s; a later one is
 * the body of a 200, which then breaks off. Blanks come before what is late, as JSON allows.
 *
 * @param work is ended by its signal when the client leaves or Chaski stops
 */
export async function lateJson(
  c: Context,
  { waits }: Pick<Services, "waits">,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<Response> {
  const ended = new AbortController();
  const stop = () => ended.abort(shuttingDown());
  const leave = () => ended.abort(clientLeft());
  waits.add(stop);
  c.req.raw.signal.addEventListener("abort", leave, { once: true });
  const settled = work(ended.signal).then(
    (value): Settled => ({ value }),
    (cause): Settled => ({ error: asApiError(cause) }),
  ).finally(() => {
    waits.delete(stop);
    c.req.raw.signal.removeEventListener("abort", leave);
  });
  const early = await within(settled, COMMIT_AFTER, () => null);
  if (early === null) return new Response(lateBody(c, settled, leave), { headers: JSON_HEADERS });
  if ("error" in early) throw early.error;
  return Response.json(early.value);
}

const JSON_HEADERS = { "content-type": "application/json" };

function lateBody(
  c: Context,
  settled: Promise<Settled>,
  leave: () => void,
): ReadableStream<Uint8Array> {
  const scope = c.get("scope");
  const encoder = new TextEncoder();
  scope.handOver();
  let failed = false;
  return new ReadableStream({
    async pull(controller) {
      if (failed) return controller.error(BROKEN_OFF);
      const end = await within(settled, BEAT, () => null);
      if (end === null) return controller.enqueue(encoder.encode(" "));
      failed = "error" in end;
      const told = "error" in end ? openAiErrorBody(end.error) : end.value;
      controller.enqueue(encoder.encode(JSON.stringify(told)));
      if ("error" in end) return scope.end("failed", 200, end.error);
      scope.end("complete", 200);
      controller.close();
    },
    cancel() {
      leave();
      scope.end("cancelled", 200);
    },
  }, { highWaterMark: 0 });
}
