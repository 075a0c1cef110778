/**
 * The WebSocket of `GET /v1/responses`: one connection, whose turns follow each other
 * (Open Responses 2026-04-24; Codex 0.169 with `supports_websockets`).
 */
import { ApiError } from "../protocol/error.ts";
import type { Context, Services } from "./context.ts";
import { socketMemory } from "./socket_memory.ts";
import { connectionLimitReached, responseInProgress } from "./socket_messages.ts";
import { answerMessage, refuseMessage, type SocketLine, tellError } from "./socket_turns.ts";
import type { OpenSocket } from "./open_socket.ts";

/** Milliseconds that a connection may live, as OpenAI's do. */
const LIFETIME = 60 * 60_000;
/** Seconds after which a client that answers no ping is given up: as long as one may not read. */
const IDLE = 600;
/** Milliseconds that a client has to answer a close. */
const CLOSING = 1_000;

/** Opens the connection; throws ApiError 426 for a handshake that is none. */
export function openSocket(c: Context, services: Services): Response {
  // What a request held cannot be read any more once it is a WebSocket.
  const headers = new Headers(c.req.raw.headers);
  const { socket, response } = upgraded(c.req.raw);
  serveSocket(socket, { headers, services, lifetime: LIFETIME });
  return response;
}

function upgraded(request: Request): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: IDLE });
  } catch (cause) {
    throw new ApiError("Cannot open a WebSocket: this is not its handshake (RFC 6455).", {
      status: 426,
      type: "invalid_request_error",
      code: "websocket_not_supported",
      cause,
    });
  }
}

/** RFC 6455 7.4.1. */
const NORMAL = 1000, GOING_AWAY = 1001, POLICY = 1008;

/**
 * Serves a connection until it ends.
 *
 * @param lifetime milliseconds
 */
export function serveSocket(
  socket: WebSocket,
  { headers, services, lifetime }: { headers: Headers; services: Services; lifetime: number },
): void {
  const left = new AbortController();
  const ended = Promise.withResolvers<void>();
  const line: SocketLine = {
    ...{ socket, left: left.signal, headers, memory: socketMemory() },
    drop() {
      close(POLICY, "nothing is read");
      left.abort(new Error("the client does not read"));
    },
  };
  let running = false;
  let farewell: (() => void) | null = null;
  let closing: ReturnType<typeof setTimeout> | undefined;

  function close(code: number, reason: string): void {
    if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
    closing = setTimeout(ended.resolve, CLOSING);
  }

  /** Ends the connection as soon as nothing runs. */
  function leave(how: () => void): void {
    if (farewell !== null) return;
    farewell = how;
    if (!running) how();
  }

  async function answer(data: unknown): Promise<void> {
    running = true;
    await answerMessage(data, line, services);
    running = false;
    farewell?.();
  }

  const limit = setTimeout(() =>
    leave(() => {
      tellError(connectionLimitReached(), line);
      close(NORMAL, "60 minutes have passed");
    }), lifetime);
  const open: OpenSocket = {
    end() {
      leave(() => close(GOING_AWAY, "Chaski is shutting down"));
      return ended.promise;
    },
  };
  services.sockets.add(open);

  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (running) refuseMessage(responseInProgress(), line, services);
    else void answer(data);
  };
  socket.onclose = () => {
    clearTimeout(limit);
    clearTimeout(closing);
    services.sockets.delete(open);
    left.abort(new Error("the client has left"));
    ended.resolve();
  };
}
