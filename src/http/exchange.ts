/**
 * Carries one request to llama-server and its answer back, streamed or whole; the one place where
 * client, upstream and shutdown meet. Every generating route goes through here.
 */
import type { ApiError } from "../protocol/error.ts";
import { type Conversion, type Outcome, type Source, Transfer } from "../stream/transfer.ts";
import { transferBody } from "../stream/transfer_body.ts";
import { explainFailure } from "../upstream/llama.ts";
import type { Context, Services } from "./context.ts";
import { CLIENT_CLOSED_REQUEST, clientLeft } from "./errors.ts";
import type { RequestScope } from "./scope.ts";
import { sending, type Work } from "./sending.ts";
import { within } from "./within.ts";

/** Milliseconds of silence after which the 200 is sent, so that keep-alive can begin. */
const COMMIT_AFTER = 2_000;
/** Keep-alive, milliseconds: Codex gives up after 300 s, proxies often after 60. */
const FIRST_BEAT = 5_000;
const BEAT = 10_000;
/** A sleeping laptop must not hold a slot for ever. */
const READER = 600_000;

export interface Exchange {
  work: Work;
  /** Makes the conversion; `signal` serves further upstream requests of the same answer. */
  conversion: (signal: AbortSignal) => Conversion;
  /** Called once at the end, before the log line is written. */
  settle: (outcome: Outcome) => void;
}

/** An exchange whose answer is a body. */
export interface HttpExchange extends Exchange {
  /** Whether the answer is a stream of events, or one JSON text. */
  events: boolean;
  /** Whether a failure after the 200 tears the transfer, for want of a field that could tell it. */
  tears: boolean;
  /** Headers of the answer. */
  headers: Record<string, string>;
}

/**
 * Runs an exchange over HTTP. Throws ApiError until the 200 is sent, also for a client that has left.
 *
 * An answer without events is a body that comes late, for its head is sent just as early: Deno
 * 2.9.6 does not notice that a client has left while a handler runs, unless the whole request came
 * in one packet; once the head is out, it does (2 ms).
 */
export async function exchange(
  c: Context,
  services: Services,
  { events, tears, headers, ...carried }: HttpExchange,
): Promise<Response> {
  const asker = { scope: c.get("scope"), client: c.req.raw.signal };
  const transfer = await carry(asker, services, carried);
  return new Response(transferBody(transfer, { tears }), {
    headers: { ...(events ? EVENT_HEADERS : JSON_HEADERS), ...headers },
  });
}

/** Whose request is carried. */
export interface Asker {
  scope: RequestScope;
  /** Aborts when the client leaves. */
  client: AbortSignal;
}

/**
 * Begins an exchange: waits for the model, asks, and gives the transfer, whose pieces the caller pulls.
 * Throws ApiError for what fails within the time before keep-alive begins, and then `settle` is not
 * called; from there on a failure is told by the transfer.
 */
export async function carry(
  { scope, client }: Asker,
  services: Services,
  { work, conversion, settle }: Exchange,
): Promise<Transfer> {
  const upstream = new AbortController();
  if (client.aborted) throw clientLeft();
  // Until a transfer exists, the client's leaving only has the upstream to end.
  let leave: (reason: unknown) => void = (reason) => upstream.abort(reason);
  const onLeave = () => leave(client.reason);
  client.addEventListener("abort", onLeave);

  const { source, again, release } = sending(work, upstream.signal, {
    mayRepeat: () => !services.stopping,
    onRepeat: () => scope.tell({ retried: true }),
    onWaited: (ms) => scope.tell({ queue_ms: Math.round(ms) }),
  });
  const waited = performance.now() - scope.acceptedAt;
  const early = await earlyError(source, Math.max(0, COMMIT_AFTER - waited));
  if (client.aborted || early !== null) {
    client.removeEventListener("abort", onLeave);
    release(early);
    throw client.aborted ? clientLeft() : early;
  }

  const transfer: Transfer = new Transfer({
    source,
    again,
    conversion: noticing(conversion(upstream.signal), scope),
    patience: {
      firstBeat: FIRST_BEAT,
      beat: BEAT,
      firstByte: services.config.timeouts.firstByte * 1000,
      stall: services.config.timeouts.stall * 1000,
      reader: READER,
    },
    acceptedAt: scope.acceptedAt,
    abort: (reason) => upstream.abort(reason),
    explain: explainFailure,
    onEnd(outcome, error) {
      client.removeEventListener("abort", onLeave);
      release(error ?? null);
      services.transfers.delete(transfer);
      settle(outcome);
      scope.end(outcome, outcome === "cancelled" ? CLIENT_CLOSED_REQUEST : 200, error);
    },
  });
  services.transfers.add(transfer);
  leave = (reason) => transfer.cancel(reason);
  scope.handOver();
  return transfer;
}

/** Notices when the model begins to answer. */
function noticing(conversion: Conversion, scope: RequestScope): Conversion {
  let waiting = true;
  const { push } = conversion;
  return {
    ...conversion,
    push(bytes) {
      const piece = push(bytes);
      if (waiting && conversion.answering()) {
        waiting = false;
        scope.tell({ first_ms: Math.round(performance.now() - scope.acceptedAt) });
      }
      return piece;
    },
  };
}

const JSON_HEADERS = { "content-type": "application/json" };

/** Older Denos leave Nagle's algorithm on: tokens on a used connection come up to 44 ms late. */
const HAS_NAGLE = /^2\.[0-8]\./.test(Deno.version.deno);

/** Headers of a stream of events. */
export const EVENT_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // Asks nginx and its kin not to collect tokens.
  "x-accel-buffering": "no",
  ...(HAS_NAGLE && { connection: "close" }),
};

/** The error of a source that fails within the time; null when it has begun or is still silent. */
function earlyError(source: Source, ms: number): Promise<ApiError | null> {
  return within(source.then(() => null, explainFailure), ms, () => null);
}
