import { delimiter, join } from "node:path";
import { isThere, reasonOf } from "./cache.ts";
import { isHealthy } from "./llama_server/health.ts";
import { obtainLlamaServer } from "./llama_server/obtain.ts";
import { type OutputTail, outputTail } from "./llama_server/output_tail.ts";
import { type Progress, progressOnStderr } from "./progress.ts";
import { runScript } from "./script.ts";
import { ToolError } from "./tool_error.ts";

/** How to look for llama-server. */
export interface FindOptions {
  /** The path of a llama-server to use, whatever else there is. */
  readonly flag?: string | undefined;
  /** Default: lines on stderr. */
  readonly onProgress?: Progress;
}

/**
 * Finds a real llama-server: `flag`, else the environment's `CHASKI_LLAMA_SERVER`, else the one on
 * PATH, else the cached one, else on Debian one made from Debian's packages, which takes seconds.
 *
 * @returns the path of the executable
 * @throws {ToolError} when a named one is not executable or none can be obtained; the message says
 * what to do
 */
export async function findLlamaServer({ flag, onProgress }: FindOptions = {}): Promise<string> {
  const named = flag || Deno.env.get("CHASKI_LLAMA_SERVER");
  if (named) {
    if (await isExecutable(named)) return named;
    throw new ToolError(`Cannot use llama-server at ${named}: it is not an executable file`);
  }
  return await onPath() ??
    await obtainLlamaServer(onProgress ?? progressOnStderr("llama-server"));
}

async function onPath(): Promise<string | undefined> {
  const name = Deno.build.os === "windows" ? "llama-server.exe" : "llama-server";
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const path of folders.map((folder) => join(folder, name))) {
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return isThere(path, ({ isFile, mode }) => isFile && (mode === null || (mode & 0o111) !== 0));
}

/** How to start a llama-server. */
export interface StartOptions {
  /** The executable, as {@linkcode findLlamaServer} gives it. */
  readonly binary: string;
  /** The path of a GGUF model. */
  readonly model: string;
  /**
   * Further arguments. Address, port, model and `-t 1` are given already (the tiny model is so small
   * that more threads only wait for each other); a `-t` in here wins.
   */
  readonly args?: readonly string[];
}

/** A llama-server that answers. */
export interface RunningLlamaServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The last dozen lines of its output. */
  logTail(): string;
  /** Ends it and waits until it is gone. May be called again. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const PROBE_EVERY_MS = 25;
const STOP_LIMIT_MS = 3000;

/**
 * Starts a llama-server on a free port of 127.0.0.1 and waits until it is healthy.
 *
 * @throws {ToolError} at once when the process ends, or after a minute; with the end of its output
 */
export async function startLlamaServer(
  { binary, model, args = [] }: StartOptions,
): Promise<RunningLlamaServer> {
  const port = freePort();
  const address = ["--host", "127.0.0.1", "--port", `${port}`];
  const child = spawn(binary, ["-m", model, ...address, "-t", "1", ...args]);
  const tail = outputTail(child.stdout, child.stderr);
  const stop = stopperOf(child, tail);
  const failure = await untilHealthy(child, port);
  if (failure !== undefined) {
    await stop();
    throw new ToolError(`Cannot start llama-server: ${failure}\n${tail.text()}`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    logTail: tail.text,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

// Another program could take the port in between, which is rare: systems hand free ports out in turn.
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function spawn(binary: string, args: string[]): Deno.ChildProcess {
  try {
    const outputs = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    return new Deno.Command(binary, { args, ...outputs }).spawn();
  } catch (error) {
    throw new ToolError(`Cannot start llama-server: ${reasonOf(error)}`);
  }
}

/** Resolves to `undefined` when the server is healthy, else to what went wrong. */
async function untilHealthy(child: Deno.ChildProcess, port: number): Promise<string | undefined> {
  let ended: string | undefined;
  child.status.then(({ code, signal }) => {
    ended = signal === null ? `it ended with status ${code}` : `it was ended by ${signal}`;
  });
  const until = Date.now() + START_LIMIT_MS;
  while (ended === undefined && Date.now() < until) {
    if (await isHealthy(port)) return undefined;
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
  }
  return ended ?? `it was not healthy within ${START_LIMIT_MS / 1000} s`;
}

function stopperOf(child: Deno.ChildProcess, tail: OutputTail): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const end = async () => {
    const gone = child.status.then(() => tail.ended);
    signalTo(child, "SIGTERM");
    // A request in work may keep it busy for longer than a test should wait.
    const timer = setTimeout(() => signalTo(child, "SIGKILL"), STOP_LIMIT_MS);
    await gone;
    clearTimeout(timer);
  };
  return () => stopping ??= end();
}

function signalTo(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended already, which is what was wanted.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

if (import.meta.main) {
  await runScript("llama-server", () => findLlamaServer({ flag: Deno.args[0] }));
}
