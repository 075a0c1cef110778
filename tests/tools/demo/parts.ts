import process from "node:process";
import { findLlamaServer, type RunningLlamaServer, startLlamaServer } from "../llama_server.ts";
import { tinyModel } from "../tiny_model.ts";
import { ToolError } from "../tool_error.ts";
import { type RunningChaski, startChaski } from "./chaski.ts";
import type { DemoOptions } from "./options.ts";
import { choosePort, type ChosenPort } from "./port.ts";
import { aborted } from "./interruption.ts";
import type { Screen } from "./screen.ts";

/** What llama-server is told to call its model. */
export const MODEL = "tiny-qwen3";

/** The servers of the demonstration. Disposal ends Chaski first, then llama-server. */
export interface Parts extends AsyncDisposable {
  readonly chaski: RunningChaski;
  /** Rejects with a {@linkcode ToolError} that tells which server has ended by itself. */
  readonly died: Promise<never>;
}

// Room for an agent's prompt in each of two slots: the tiny model needs a token for two characters.
const CONTEXT = ["-c", "65536", "-np", "2"];
const LOOK_EVERY_MS = 200;

/**
 * Obtains and starts everything, telling each step.
 *
 * @throws {ToolError} with what to do when a part cannot be had or started
 */
export async function startParts(
  options: DemoOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<Parts> {
  const place = choosePort(options.port);
  await using stack = new AsyncDisposableStack();
  const binary = await Promise.race([findBinary(options, screen), aborted(signal)]);
  const llamaServer = stack.use(await startUpstream(binary, screen));
  signal.throwIfAborted();
  const folder = await Deno.makeTempDir({ prefix: "chaski-demo-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const chaski = stack.use(await startGateway(llamaServer.url, place, folder, screen));
  signal.throwIfAborted();
  const watch = watchOver(llamaServer, chaski);
  stack.defer(watch.end);
  const kept = stack.move();
  return { chaski, died: watch.died, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function findBinary({ llamaServer }: DemoOptions, screen: Screen): Promise<string> {
  const step = screen.step("llama-server");
  const binary = await findLlamaServer({ flag: llamaServer, onProgress: step.tell });
  step.done(binary);
  return binary;
}

async function startUpstream(binary: string, screen: Screen): Promise<RunningLlamaServer> {
  const made = screen.step("model");
  const model = await tinyModel({ template: "qwen3", onProgress: made.tell });
  made.done(model);
  const step = screen.step("upstream");
  step.tell("starting llama-server");
  const args = ["--alias", MODEL, ...CONTEXT];
  const server = await startLlamaServer({ binary, model, args });
  step.done(server.url);
  return server;
}

async function startGateway(
  upstream: string,
  { port, note }: ChosenPort,
  folder: string,
  screen: Screen,
): Promise<RunningChaski> {
  const step = screen.step("Chaski");
  step.tell("starting from source");
  const chaski = await startChaski({ upstream, port, folder, onProgress: step.tell });
  step.done(`${chaski.url}${note}`);
  return chaski;
}

/** Watches over both servers until it is ended. */
function watchOver(llamaServer: RunningLlamaServer, chaski: RunningChaski) {
  const { promise: died, reject } = Promise.withResolvers<never>();
  died.catch(() => {});
  const tell = (name: string, how: string, tail: string) =>
    reject(new ToolError(`Cannot go on: ${name} has ended by itself${how}\n${tail}`));
  chaski.ended.then((how) => tell("Chaski", `: ${how}`, chaski.logTail()));
  const timer = setInterval(() => {
    if (!isAlive(llamaServer.pid)) tell("llama-server", "", llamaServer.logTail());
  }, LOOK_EVERY_MS);
  return { died, end: () => clearInterval(timer) };
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 asks whether there is such a process.
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
