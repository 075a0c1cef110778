/**
 * Carries one request to llama-server and its answer back, streamed or whole; the one place where
 * client, upstream and shutdown meet. Every generating route goes through here.
 */
import type { ApiError } from "../protocol/error.ts";
import { type Conversion, type Source, Transfer, transferBody } from "../stream/transfer.ts";
import { explainFailure } from "../upstream/llama.ts";
import type { Context, Services } from "./context.ts";
import { CLIENT_CLOSED_REQUEST } from "./errors.ts";
import type { RequestOutcome } from "./scope.ts";

/** Milliseconds of silence after which the 200 is sent, so that keep-alive can begin. */
const COMMIT_AFTER = 2_000;
/** Keep-alive, milliseconds: Codex gives up after 300 s, proxies often after 60. */
const FIRST_BEAT = 5_000;
const BEAT = 10_000;

export interface Exchange {
  /** Starts the upstream request; the signal ends it. */
  send: (signal: AbortSignal) => Source;
  /** Makes the conversion; `signal` serves further upstream requests of the same answer. */
  conversion: (signal: AbortSignal) => Conversion;
  /** The whole answer, asked once the transfer is complete; null streams instead. */
  whole: (() => unknown) | null;
  /** Headers of the answer. */
  headers: Record<string, string>;
  /** Called once at the end, before the log line is written. */
  settle: () => void;
}

/** Runs an exchange. Throws ApiError as long as no byte of a stream has been promised. */
export async function exchange(
  c: Context,
  services: Services,
  { send, conversion, whole, headers, settle }: Exchange,
): Promise<Response> {
  const scope = c.get("scope");
  const upstream = new AbortController();
  const client = c.req.raw.signal;
  // Until a transfer exists, the client's leaving only has the upstream to end.
  let leave: (reason: unknown) => void = (reason) => upstream.abort(reason);
  const onLeave = () => leave(client.reason);
  client.addEventListener("abort", onLeave);

  const source = send(upstream.signal);
  if (whole === null) {
    const early = await outcomeWithin(source, COMMIT_AFTER);
    if (client.aborted) return left(source);
    if (early !== null) throw early;
  }

  let failure: ApiError | undefined;
  const transfer: Transfer = new Transfer({
    source,
    conversion: conversion(upstream.signal),
    patience: {
      firstBeat: FIRST_BEAT,
      beat: BEAT,
      firstByte: services.config.timeouts.firstByte * 1000,
      stall: services.config.timeouts.stall * 1000,
    },
    acceptedAt: scope.acceptedAt,
    abort: (reason) => upstream.abort(reason),
    explain: explainFailure,
    onEnd(outcome, error) {
      failure = error;
      // Also keeps the signal from being collected, with its listener, while the answer runs.
      client.removeEventListener("abort", onLeave);
      services.transfers.delete(transfer);
      settle();
      const status = outcome === "cancelled" ? CLIENT_CLOSED_REQUEST : error?.status ?? 200;
      scope.end(outcome, whole === null && outcome !== "cancelled" ? 200 : status, error);
    },
  });
  services.transfers.add(transfer);
  leave = (reason) => transfer.cancel(reason);

  if (whole === null) {
    return new Response(transferBody(transfer), { headers: { ...SSE_HEADERS, ...headers } });
  }
  while (await transfer.next() !== null);
  const outcome = transfer.outcome as RequestOutcome;
  if (outcome === "cancelled") return clientClosed();
  if (failure !== undefined) throw failure;
  return Response.json(whole(), { headers });
}

const SSE_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // Asks nginx and its kin not to collect tokens.
  "x-accel-buffering": "no",
};

/** The error of a source that fails within the time; null when it has begun or is still silent. */
async function outcomeWithin(source: Source, ms: number): Promise<ApiError | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([source.then(() => null, explainFailure), silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** An answer nobody reads; a body that has come meanwhile must not stay open. */
function left(source: Source): Response {
  source.then((body) => body.cancel(), () => {});
  return clientClosed();
}

function clientClosed(): Response {
  return new Response(null, { status: CLIENT_CLOSED_REQUEST });
}
