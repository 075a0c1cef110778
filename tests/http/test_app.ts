/** The application over a fake llama-server, without a socket of its own. */
import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../src/config/config.ts";
import { createApp } from "../../src/http/app.ts";
import type { Services } from "../../src/http/context.ts";
import type { Facts, Log } from "../../src/log.ts";
import { backgroundRuns } from "../../src/http/background.ts";
import { ApiError } from "../../src/protocol/error.ts";
import { threadTools } from "../../src/http/thread_tools.ts";
import { KEY_SIZE, sealWith } from "../../src/store/seal.ts";
import { openStore } from "../../src/store/sqlite.ts";
import { openLlama } from "../../src/upstream/llama.ts";
import type { Management } from "../../src/upstream/management.ts";
import { type UpstreamWatch, watchUpstream } from "../../src/upstream/watch.ts";
import { serveRemote } from "../../src/upstream/remote.ts";
import { type RemoteQueue, remoteQueue } from "../../src/upstream/remote_queue.ts";
import type { Serving } from "../../src/upstream/serving.ts";
import { FakeLlama, type FakeLlamaOptions } from "../fake_llama.ts";

/** One line that was logged. */
export interface Line {
  level: "debug" | "info" | "warn" | "error";
  sentence: string;
  facts: Facts;
}

/** An application over any models. */
export interface AppOver extends AsyncDisposable {
  services: Services;
  lines: Line[];
  /** The lines of requests, which have an outcome. */
  requestLines(): Line[];
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The application as a server's handler. */
  fetch(request: Request): Response | Promise<Response>;
  /** A POST of JSON, or of a body as it is. */
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
}

export interface TestApp extends AppOver {
  fake: FakeLlama;
  watch: UpstreamWatch;
  /** Where requests wait for the fake. */
  queue: RemoteQueue;
}

const OVER = { status: 503, type: "server_error" };
const BOUNDS = { age: 1000, count: 1000, bytes: 64 * 1024 * 1024, usage: 1000 };

const CONFIG: Config = {
  host: "127.0.0.1",
  port: 0,
  oss: false,
  auth: true,
  dataDir: "",
  slotFilesMb: 0,
  modelsDirs: [],
  maxModels: 0,
  memoryMb: 0,
  modelTtl: 900,
  models: {},
  images: "omit",
  reasoningEvents: "summary",
  progress: true,
  logLevel: "info",
  logFormat: "json",
  limits: { bodyMb: 1, jsonDepth: 32, queue: 256 },
  // Zero switches undici's connect timer off, which would outlive a test.
  timeouts: { grace: 1, connect: 0, firstByte: 20, stall: 20, load: 20 },
  store: "on",
  retention: { days: 30, responses: 10_000, mb: 1024 },
  warnings: [],
};

/** Starts a fake and an application over it; `config` replaces settings. */
export async function testApp(
  { fake: options = {}, config = {}, management = null }: {
    fake?: FakeLlamaOptions;
    config?: Partial<Config>;
    management?: Management | null;
  } = {},
): Promise<TestApp> {
  const fake = await FakeLlama.start(options);
  const full: Config = { ...CONFIG, ...config };
  const llama = openLlama({
    baseUrl: fake.url,
    key: full.upstreamKey,
    connectTimeout: full.timeouts.connect * 1000,
  });
  const watch = watchUpstream(llama, {
    anyName: full.defaultModel === "any",
    onChange: () => {},
  });
  const queue = remoteQueue(watch, full.limits.queue);
  const app = appOver({ serving: serveRemote(llama, watch, queue), management }, full);
  return {
    ...app,
    ...{ fake, watch, queue },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Starts an application; its end closes the serving too. */
export function appOver(
  { serving, management = null }: { serving: Serving; management?: Management | null },
  config: Partial<Config> = {},
): AppOver {
  const lines: Line[] = [];
  const store = openStore({ path: null, bounds: BOUNDS });
  const services: Services = {
    config: { ...CONFIG, ...config },
    ...{ serving, management, version: "1.2.3" },
    threadTools: threadTools(),
    seal: sealWith(new Uint8Array(KEY_SIZE)),
    store,
    log: logInto(lines),
    transfers: new Set(),
    background: backgroundRuns(store, (cause) => {
      throw cause;
    }),
    sockets: new Set(),
    waits: new Set(),
    stopping: false,
  };
  const app = createApp(services);
  const request = async (path: string, init?: RequestInit) => await app.request(path, init);
  return {
    ...{ services, lines },
    requestLines: () => lines.filter(({ facts }) => "outcome" in facts),
    request,
    fetch: (asked) => app.fetch(asked),
    post: (path, body, init = {}) => request(path, { method: "POST", body: asBody(body), ...init }),
    async [Symbol.asyncDispose]() {
      await services.background.stop(new ApiError("The test is over.", OVER));
      await services.serving.close();
      store.close();
    },
  };
}

function asBody(body: unknown): BodyInit {
  const isRaw = typeof body === "string" || body instanceof Uint8Array ||
    body instanceof ReadableStream;
  return isRaw ? body as BodyInit : JSON.stringify(body);
}

function logInto(lines: Line[]): Log {
  const at = (level: Line["level"]) => (sentence: string, facts: Facts = {}) =>
    void lines.push({ level, sentence, facts });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** OpenAI's error envelope of an answer; fails for an answer that has another shape. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const body = await response.json();
  assertEquals(Object.keys(body), ["error"]);
  const { error } = body;
  assertEquals(Object.keys(error).sort(), ["code", "message", "param", "source", "type"]);
  assert(typeof error.message === "string" && error.message !== "");
  return error;
}

/** Anthropic's error envelope of an answer; fails for an answer that has another shape. */
export async function messagesErrorOf(
  response: Response,
): Promise<{ type: string; message: string }> {
  const body = await response.json();
  assertEquals(Object.keys(body), ["type", "error", "request_id"]);
  const { type, error, request_id } = body;
  assertEquals([type, Object.keys(error)], ["error", ["type", "message"]]);
  assert(typeof error.message === "string" && error.message !== "");
  assert(/^req_\w+$/.test(request_id), request_id);
  const ids = ["request-id", "x-request-id"].map((name) => response.headers.get(name));
  assertEquals(ids, [request_id, request_id]);
  return error;
}

/** The counts of a message's usage: read, cached, written. */
export function tokensIn(usage: Record<string, unknown> | undefined) {
  return [usage?.input_tokens, usage?.cache_read_input_tokens, usage?.output_tokens];
}

/** The two generating routes of OpenAI's APIs, each with a request that they answer. */
export const ROUTES = [
  { path: "/v1/responses", body: { input: "Hello" } },
  { path: "/v1/chat/completions", body: { messages: [{ role: "user", content: "Hello" }] } },
] as const;

/** Anthropic's generating route, with a request that it answers. */
export const MESSAGES = {
  path: "/v1/messages",
  body: { max_tokens: 500, messages: [{ role: "user", content: "Hello" }] },
} as const;

/** Every generating route. */
export const ALL_ROUTES = [...ROUTES, MESSAGES];
