import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { reasonOf } from "../cache.ts";
import type { Progress } from "../progress.ts";
import { tailOf } from "../run_program.ts";
import { ToolError } from "../tool_error.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** The first start fetches Chaski's packages. */
const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 5000;
const KEPT_LINES = 200;

/** How to start Chaski. */
export interface ChaskiOptions {
  /** llama-server's address. */
  readonly upstream: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** An empty folder for its data. */
  readonly folder: string;
  readonly onProgress: Progress;
}

/** Chaski as a process of its own. */
export interface RunningChaski extends AsyncDisposable {
  /** Like `http://127.0.0.1:8484`. */
  readonly url: string;
  /** Resolves, when it has ended, to how. */
  readonly ended: Promise<string>;
  /** The last dozen lines of its log. */
  logTail(): string;
  /** Hands every further line of its log to `listener`. */
  onLog(listener: (line: string) => void): void;
}

/**
 * Starts Chaski from source, without any of the user's own settings, and waits until it accepts
 * requests.
 *
 * @throws {ToolError} when it ends or stays silent; with the end of its log
 */
export async function startChaski(options: ChaskiOptions): Promise<RunningChaski> {
  const child = await spawn(options);
  const log = logOf(child.stderr, options.onProgress);
  const ended = child.status.then(({ code, signal }) =>
    signal === null ? `it ended with status ${code}` : `it was ended by ${signal}`
  );
  const stop = () => stopChild(child, log.read);
  const url = await readiness(child.stdout, ended);
  if (url === undefined) {
    await stop();
    throw new ToolError(`Cannot start Chaski: ${await ended}\n${log.tail()}`);
  }
  return {
    url,
    ended,
    logTail: log.tail,
    onLog: log.listen,
    [Symbol.asyncDispose]: stop,
  };
}

async function spawn({ upstream, port, folder }: ChaskiOptions): Promise<Deno.ChildProcess> {
  const config = join(folder, "chaski.toml");
  await Deno.writeTextFile(config, "");
  const run = ["run", "--allow-all", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts")];
  const address = ["--host", "127.0.0.1", "--port", `${port}`];
  try {
    return new Deno.Command(Deno.execPath(), {
      args: [...run, "serve", "--upstream", upstream, ...address, "--config", config],
      env: environment(folder),
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // Ctrl-C reaches every process of the terminal's group; Chaski is to end when it is told to.
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (error) {
    throw new ToolError(`Cannot start Chaski: ${reasonOf(error)}`);
  }
}

/** The user's environment with none of their settings for Chaski. */
function environment(folder: string): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("CHASKI_"));
  return {
    ...Object.fromEntries(kept),
    CHASKI_DATA_DIR: join(folder, "data"),
    CHASKI_TIMEOUTS_GRACE: "2",
    NO_COLOR: "1",
  };
}

/** The address in Chaski's one line on stdout; `undefined` when it ends or time runs out. */
async function readiness(
  stdout: ReadableStream<Uint8Array>,
  ended: Promise<string>,
): Promise<string | undefined> {
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  const timer = Promise.withResolvers<undefined>();
  const timeout = setTimeout(() => timer.resolve(undefined), START_LIMIT_MS);
  const read = async () => {
    for (let text = "";;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
      const url = /^chaski listening on (http:\S+)$/m.exec(text)?.[1];
      if (url !== undefined && text.endsWith("\n")) return url;
    }
  };
  try {
    return await Promise.race([read(), timer.promise, ended.then(() => undefined)]);
  } finally {
    clearTimeout(timeout);
    // It prints nothing else, and an unread pipe of nothing stops nobody.
    reader.cancel().catch(() => {});
  }
}

function logOf(stderr: ReadableStream<Uint8Array>, onProgress: Progress) {
  let lines: string[] = [];
  let fetching = false;
  let listener = (line: string) => {
    // Deno's own lines come before the first of Chaski's.
    if (fetching || !/^(Download|Initialize) /.test(line)) return;
    fetching = true;
    onProgress("fetching its packages from npm");
  };
  const read = (async () => {
    let rest = "";
    for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
      const pieces = (rest + piece).split("\n");
      rest = pieces.pop() ?? "";
      for (const line of pieces) listener(line);
      lines = [...lines, ...pieces].slice(-KEPT_LINES);
    }
  })();
  return {
    read,
    tail: () => tailOf(lines.join("\n")),
    listen(wanted: (line: string) => void) {
      listener = wanted;
    },
  };
}

async function stopChild(child: Deno.ChildProcess, read: Promise<void>): Promise<void> {
  signal(child, "SIGTERM");
  const timer = setTimeout(() => signal(child, "SIGKILL"), STOP_LIMIT_MS);
  await child.status;
  clearTimeout(timer);
  await read;
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch (error) {
    // It has ended already, which is what was wanted.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
