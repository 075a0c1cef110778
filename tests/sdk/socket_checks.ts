import { assert, assertEquals } from "@std/assert";
import { ResponsesWSBase } from "openai/resources/responses/ws-base";
import type { Response, ResponsesClientEvent } from "openai/resources/responses/responses";
import { type Check, MODEL, type SdkStage } from "./sdk_stage.ts";

/** The SDK's WebSocket; `ResponsesWS` itself is this over the package `ws`. */
export const socketChecks: readonly Check[] = [
  { name: "`ResponsesWS` goes on from what is not stored", run: turns },
  { name: "`ResponsesWS` emits an error and stays open", run: failure },
];

// The SDK takes the listeners of Node's events; those of the platform hold their arguments.
type Listener = (...args: never[]) => void;

const ARGUMENTS: Record<string, (event: unknown) => unknown[]> = {
  message: (event) => [(event as MessageEvent).data, false],
  close: (event) => [(event as CloseEvent).code, (event as CloseEvent).reason],
  error: (event) => [new Error((event as ErrorEvent).message)],
};

/** The platform's WebSocket as the SDK wants it. */
function adapted(socket: WebSocket) {
  const wrapped = new Map<Listener, (event: Event) => void>();
  const on = (type: string, listener: Listener, once = false) => {
    const wrap = (event: Event) => listener(...(ARGUMENTS[type]?.(event) ?? []) as never[]);
    wrapped.set(listener, wrap);
    socket.addEventListener(type, wrap, { once });
  };
  return {
    get readyState() {
      return socket.readyState;
    },
    send: (data: string | ArrayBufferLike | ArrayBufferView) => socket.send(data as string),
    close: (code?: number, reason?: string) => socket.close(code, reason),
    on: (type: string, listener: Listener) => on(type, listener),
    once: (type: string, listener: Listener) => on(type, listener, true),
    off: (type: string, listener: Listener) =>
      socket.removeEventListener(type, wrapped.get(listener) ?? (() => {})),
  };
}

class SdkSocket extends ResponsesWSBase<ReturnType<typeof adapted>> {
  constructor(client: SdkStage["client"]) {
    super(client);
    this._connectInitial();
  }

  protected override _createSocket(url: URL, headers: Record<string, string>) {
    return adapted(new WebSocket(url, { headers }));
  }
}

type Fields = Omit<Extract<ResponsesClientEvent, { type: "response.create" }>, "type">;

/** Sends a request and waits for its response, or rejects with the SDK's error. */
function answered(socket: SdkSocket, fields: Fields): Promise<Response> {
  return new Promise((resolve, reject) => {
    socket.on("response.completed", ({ response }) => resolve(response));
    socket.on("response.incomplete", ({ response }) => resolve(response));
    socket.on("error", reject);
    socket.send({ type: "response.create", model: MODEL, max_output_tokens: 20, ...fields });
  });
}

async function turns({ client }: SdkStage): Promise<void> {
  const socket = new SdkSocket(client);
  const input = "[[plain]] Hello.";
  const first = await answered(socket, { input, store: false });
  assert(first.output.length > 0);
  const second = await answered(socket, { input, store: false, previous_response_id: first.id });
  assertEquals(second.previous_response_id, first.id);
  assert((second.usage?.input_tokens ?? 0) > (first.usage?.input_tokens ?? 0));
  socket.close();
}

async function failure({ client }: SdkStage): Promise<void> {
  const socket = new SdkSocket(client);
  const input = "[[plain]] Hello.";
  const error = await answered(socket, { input, previous_response_id: "resp_none" })
    .then(() => null, (error) => error);
  assertEquals(error?.error?.code, "previous_response_not_found");
  await answered(socket, { input });
  socket.close();
}
