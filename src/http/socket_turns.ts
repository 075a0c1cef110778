/** One turn on a WebSocket: a message, the transfer of its answer, and its events as messages. */
import type { ApiError } from "../protocol/error.ts";
import { eventWriter } from "../protocol/responses/output/event_writer.ts";
import type { Transfer } from "../stream/transfer.ts";
import { account } from "./account.ts";
import type { Services } from "./context.ts";
import { endWithError } from "./errors.ts";
import { carry } from "./exchange.ts";
import { generation } from "./generation.ts";
import { newId } from "./ids.ts";
import { ownerOf } from "./owner.ts";
import { type RequestScope, requestScope } from "./scope.ts";
import type { SocketMemory } from "./socket_memory.ts";
import { errorMessage, readMessage } from "./socket_messages.ts";

/** Bytes that may wait for a client; Deno takes everything, however slowly it is read. */
const HIGH_WATER = 1024 * 1024;
/** How often a full line is looked at, in milliseconds: there is no event for it. */
const LOOK_EVERY = 10;

/** A connection, as far as its turns need to know it. */
export interface SocketLine {
  socket: WebSocket;
  /** Aborts when the connection has ended. */
  left: AbortSignal;
  /** Of the request that opened the connection. */
  headers: Headers;
  memory: SocketMemory;
  /** Ends the connection, and with it what runs, because the client does not read. */
  drop(): void;
}

/** Answers a message, whatever it is. Never rejects. */
export async function answerMessage(
  data: unknown,
  line: SocketLine,
  services: Services,
): Promise<void> {
  const { left, headers, memory } = line;
  const scope = turnScope(headers, services);
  let previous: string | null | undefined;
  let outcome: Transfer["outcome"] = null;
  try {
    const { request, size, warmUp } = readMessage(data, services.config.limits);
    previous = request.previous_response_id;
    const write = eventWriter(0, "line");
    const asked = {
      ...{ request, size, headers, scope, memory, beside: null },
      ...{ warmUp, background: false },
    };
    const { exchange } = await generation(asked, services);
    const transfer = await carry({ scope, client: left }, services, exchange(write));
    await tellTransfer(transfer, line);
    outcome = transfer.outcome;
  } catch (cause) {
    tellError(endWithError(cause, scope, services.log), line);
  }
  if (outcome !== "complete" && previous) memory.forget(previous);
}

/** Refuses a message unread. */
export function refuseMessage(
  error: ApiError,
  line: SocketLine,
  services: Services,
): void {
  tellError(endWithError(error, turnScope(line.headers, services), services.log), line);
}

/** Sends an error; a client that only asks and never reads is let go. */
export function tellError(error: ApiError, { socket, drop }: SocketLine): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (socket.bufferedAmount > HIGH_WATER) drop();
  else socket.send(errorMessage(error));
}

/** Each turn is a request of its own in log and account. */
function turnScope(headers: Headers, services: Services): RequestScope {
  const { log, config } = services;
  return requestScope({
    id: newId("req"),
    method: "WS",
    path: "/v1/responses",
    log,
    onEnd: (summary) => account(summary, ownerOf(headers, config), services),
  });
}

/** Pulls only while the line takes it, so that a slow reader slows llama-server. */
async function tellTransfer(transfer: Transfer, { socket, drop }: SocketLine): Promise<void> {
  for (;;) {
    while (socket.bufferedAmount > HIGH_WATER && transfer.outcome === null) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
    const piece = await transfer.next();
    if (socket.readyState !== WebSocket.OPEN) return transfer.cancel(new Error("it is closed"));
    if (transfer.outcome === "cancelled") return drop();
    if (piece === null) return;
    for (const message of String(piece).split("\n")) {
      if (message !== "") socket.send(message);
    }
  }
}
