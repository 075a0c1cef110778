/**
 * A fake llama-server on raw TCP, for what a real one cannot be made to do: die in the
 * middle of a chunk, stall, split bytes anywhere, never answer. It runs in the test's process.
 */
import { text } from "./fake_llama/answers.ts";
import { type HttpRequest, readRequest } from "./fake_llama/http_request.ts";
import { info, loadingModel, type ServedModel } from "./fake_llama/info.ts";
import { play } from "./fake_llama/player.ts";
import { PATIENCE_MS, type RecordedRequest, recordRequest } from "./fake_llama/request.ts";
import { failure, type Script } from "./fake_llama/script.ts";
import { Wire } from "./fake_llama/wire.ts";
import { within } from "./fake_llama/within.ts";

/** What the fake pretends to serve; every field has a default. */
export interface FakeLlamaOptions extends Partial<ServedModel> {
  /**
   * Whether the connection is closed after a stream, unannounced, as llama-server 0.7.0 does.
   * Defaults to true; false keeps it for further requests.
   */
  closesStreams?: boolean;
  /** Default: a free one. */
  port?: number;
}

const CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n" +
  "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/**
 * The fake; start it with {@link FakeLlama.start} and let `await using` end it. Its end throws
 * what went wrong in it: a request that is no HTTP, a script that cannot be sent.
 */
export class FakeLlama implements AsyncDisposable {
  /** Requests that make the model work, in the order in which they arrived. */
  readonly requests: RecordedRequest[] = [];
  /** All other requests, for example of `/props`. */
  readonly others: RecordedRequest[] = [];
  /** While true every path answers 503 `Loading model`. */
  loading = false;

  readonly #served: ServedModel;
  readonly #closesStreams: boolean;
  readonly #replies: Script[] = [];
  readonly #standing = new Map<string, Script>();
  readonly #wires = new Set<Wire>();
  readonly #serving = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #port: number;
  #listener: Deno.TcpListener | null;
  #accepting: Promise<void>;
  #arrived = Promise.withResolvers<void>();
  #taken = 0;
  #connections = 0;
  #busy = 0;

  private constructor(options: FakeLlamaOptions, listener: Deno.TcpListener) {
    const { closesStreams = true, port: _, ...served } = options;
    const defaults = { model: "tiny", nCtx: 8192, vision: false, chatTemplate: CHATML, slots: 2 };
    this.#served = { ...defaults, ...served };
    this.#closesStreams = closesStreams;
    this.#port = listener.addr.port;
    this.#listener = listener;
    this.#accepting = this.#accept(listener);
  }

  /** Starts a fake on 127.0.0.1. */
  static start(options: FakeLlamaOptions = {}): Promise<FakeLlama> {
    return Promise.resolve(new FakeLlama(options, listen(options.port ?? 0)));
  }

  /** Its base URL without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * Queues the answer to the next request for the model's work that has none yet. Without one a chat
   * gets a short text, and the rest 404.
   */
  reply(...script: Script[]): void {
    this.#replies.push(script);
  }

  /** Answers a route like `GET /props` or `POST /tokenize` with this script from now on. */
  always(route: string, ...script: Script[]): void {
    this.#standing.set(route, script);
  }

  /** The next request for the model's work not handed out yet; rejects when none comes in time. */
  async nextRequest(limitMs = PATIENCE_MS): Promise<RecordedRequest> {
    for (;;) {
      const next = this.requests[this.#taken];
      if (next) {
        this.#taken += 1;
        return next;
      }
      await within(this.#arrived.promise, limitMs, "a request");
    }
  }

  /** Cuts every connection and refuses new ones, like a process that died. */
  async down(): Promise<void> {
    this.#listener?.close();
    this.#listener = null;
    await this.#accepting;
    await Promise.all([...this.#wires].map((wire) => wire.close()));
    await Promise.all(this.#serving);
  }

  /** Listens again on the same port after {@link FakeLlama.down}. */
  up(): void {
    if (this.#listener) return;
    this.#listener = listen(this.#port);
    this.#accepting = this.#accept(this.#listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for (;;) {
      const conn = await listener.accept().catch((error) => {
        if (this.#listener === listener) this.#failures.push(error);
        return null;
      });
      if (conn === null) return;
      conn.setNoDelay(true);
      const wire = new Wire(conn);
      this.#wires.add(wire);
      const serving = this.#serve(wire, ++this.#connections)
        .catch((error) => void this.#failures.push(error))
        .finally(() => {
          this.#wires.delete(wire);
          this.#serving.delete(serving);
        });
      this.#serving.add(serving);
    }
  }

  async #serve(wire: Wire, connection: number): Promise<void> {
    try {
      for (;;) {
        const http = await readRequest(wire);
        if (http === null || !await this.#answer(http, wire, connection)) return;
      }
    } finally {
      await wire.close();
    }
  }

  async #answer(http: HttpRequest, wire: Wire, connection: number): Promise<boolean> {
    const number = this.requests.length + this.others.length + 1;
    const origin = { number, connection, model: this.#served.model };
    const answering = recordRequest(http, origin);
    const script = this.#script(answering.request);
    const works = WORK.includes(route(http)) ? 1 : 0;
    this.#busy += works;
    this.#record(answering.request);
    try {
      return await play(script, answering, wire, this.#closesStreams);
    } finally {
      this.#busy -= works;
    }
  }

  #record(request: RecordedRequest): void {
    if (!WORK.includes(route(request))) return void this.others.push(request);
    this.requests.push(request);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  #script(request: RecordedRequest): Script {
    const asked = route(request);
    const standing = this.#standing.get(asked);
    if (this.loading) return loadingModel();
    if (standing !== undefined) return standing;
    if (isChat(asked) && !Array.isArray(request.body["messages"])) {
      return failure(400, "invalid_request_error", "'messages' is required");
    }
    const reply = WORK.includes(asked) ? this.#replies.shift() : undefined;
    if (reply !== undefined) return reply;
    return isChat(asked) ? text("Hello from the fake.") : info(asked, this.#served, this.#busy);
  }
}

function listen(port: number): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port });
}

/** Method and path without the query. */
function route({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.split("?")[0]}`;
}

/** What takes a slot of a real one. */
const WORK = [
  "POST /v1/chat/completions",
  "POST /chat/completions",
  "POST /v1/completions",
  "POST /infill",
  "POST /v1/embeddings",
  "POST /v1/rerank",
  "POST /v1/audio/transcriptions",
];

function isChat(asked: string): boolean {
  return asked === "POST /v1/chat/completions" || asked === "POST /chat/completions";
}
