/** A client of the WebSocket of `/v1/responses`, with its messages in the order of their coming. */
import { assert } from "@std/assert";
import type { ResponseObject } from "../../src/protocol/responses/output/response.ts";
import { within } from "../fake_llama/within.ts";
import { assertEventFits, assertFits } from "../open_responses.ts";

/** A message of the server: an event, or an error. */
export interface Message {
  type: string;
  sequence_number: number;
  response?: ResponseObject;
  status?: number;
  error?: { type: string; code: string; message: string; param: string | null };
  [field: string]: unknown;
}

/** An open connection. `using` drops it. */
export interface SocketClient extends Disposable {
  /** Sends a value as JSON, or a text or bytes as they are. */
  send(message: unknown): void;
  /** Sends `response.create` with these fields. */
  create(fields: Record<string, unknown>): void;
  next(): Promise<Message>;
  /** All messages up to the end of a response, or to an error; each must fit Open Responses. */
  turn(fields: Record<string, unknown>): Promise<Message[]>;
  close(): void;
  /** The code with which it was closed. */
  readonly closed: Promise<number>;
}

const LAST = /^(response\.(completed|incomplete|failed)|error)$/;
const PATIENCE = 10_000;

/** Opens a connection to a server's `http:` address. */
export async function openClient(
  url: string,
  headers: Record<string, string> = {},
): Promise<SocketClient> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/responses`, { headers });
  const messages: Message[] = [];
  let wake = () => {};
  const closed = Promise.withResolvers<number>();
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    wake();
  };
  socket.onclose = ({ code }) => {
    closed.resolve(code);
    wake();
  };
  await within(
    new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
    }),
    PATIENCE,
    "an open socket",
  );

  async function come(): Promise<Message> {
    for (;;) {
      const message = messages.shift();
      if (message !== undefined) return message;
      assert(socket.readyState === WebSocket.OPEN, "it was closed");
      await new Promise<void>((resolve) => wake = resolve);
    }
  }
  const next = () => within(come(), PATIENCE, "a message");
  const send = (message: unknown) =>
    socket.send(
      typeof message === "string" || message instanceof Uint8Array
        ? message as string
        : JSON.stringify(message),
    );
  const create = (fields: Record<string, unknown>) => send({ type: "response.create", ...fields });

  return {
    send,
    create,
    next,
    async turn(fields) {
      create(fields);
      const told: Message[] = [];
      for (;;) {
        const message = await next();
        if (message.type === "error") assertFits("WebSocketErrorEvent", message);
        assertEventFits(message);
        told.push(message);
        if (LAST.test(message.type)) return told;
      }
    },
    close: () => socket.close(),
    closed: closed.promise,
    [Symbol.dispose]() {
      if (socket.readyState === WebSocket.OPEN) socket.close();
    },
  };
}

/** The response of a turn that ended well. */
export function responseOf(told: readonly Message[]): ResponseObject {
  const last = told.at(-1);
  assert(last?.type === "response.completed" && last.response, JSON.stringify(last));
  return last.response;
}

/** The code of a turn that ended in an error event. */
export function codeOf(told: readonly Message[]): string {
  const last = told.at(-1);
  assert(last?.type === "error" && last.error, JSON.stringify(last));
  return last.error.code;
}
