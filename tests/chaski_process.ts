/** Chaski as its users start it: a child process with its one line, its log and its signals. */

export interface ChaskiOptions {
  /** Without one Chaski runs llama-server by itself. */
  upstream?: string;
  /** Further arguments of `serve`. */
  args?: readonly string[];
  /** Added to an environment that holds no setting of the developer's own. */
  env?: Record<string, string>;
  /** Path of a module that runs before Chaski's own code, which then runs from source. */
  preload?: string;
  /** Whether it leads a group of processes of its own, as on a terminal. */
  leads?: boolean;
}

/** One line of the JSON log. */
export type LogLine = Record<string, unknown> & { level: string; message: string };

/** A running Chaski. `await using` ends it. */
export interface Chaski extends AsyncDisposable {
  /** Like `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly pid: number;
  /** Everything on standard output so far. */
  stdout(): string;
  /** Everything on standard error so far. */
  stderr(): string;
  /** The log so far; a line that is no JSON fails. */
  log(): LogLine[];
  /** Waits for a log line; fails after `limitMs`. */
  logged(test: (line: LogLine) => boolean, limitMs?: number): Promise<LogLine>;
  kill(signal: Deno.Signal): void;
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
}

/** The command that starts Chaski: the compiled file that CHASKI_BINARY names, else from source. */
export function chaskiCommand(args: readonly string[]): [command: string, args: string[]] {
  const binary = Deno.env.get("CHASKI_BINARY");
  if (binary !== undefined && binary !== "") return [binary, [...args]];
  return fromSource(args);
}

function fromSource(
  args: readonly string[],
  options: readonly string[] = [],
): [command: string, args: string[]] {
  const main = new URL("../main.ts", import.meta.url).pathname;
  const config = new URL("../deno.json", import.meta.url).pathname;
  const run = ["run", "-A", "--no-check", ...options, "--config", config, main];
  return [Deno.execPath(), [...run, ...args]];
}

/** An environment without the developer's settings; HOME is a folder that is thrown away. */
export function cleanEnv(home: string, more: Record<string, string> = {}): Record<string, string> {
  const kept = ["PATH", "LANG", "TMPDIR", "SYSTEMROOT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE"];
  const env = Object.fromEntries(
    kept.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { ...env, DENO_DIR: denoDir(), HOME: home, ...more };
}

/** The cache of modules, which a foreign HOME would hide. */
function denoDir(): string {
  const set = Deno.env.get("DENO_DIR");
  if (set) return set;
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return `${cache}/deno`;
}

const START_LIMIT_MS = 30_000;

/** Starts `chaski serve` on a free port and waits until it accepts requests. */
export async function startChaski(options: ChaskiOptions): Promise<Chaski> {
  const home = await Deno.makeTempDir({ prefix: "chaski-home-" });
  const { upstream, preload } = options;
  const serve = [
    ...["serve", "--port", "0"],
    ...(upstream === undefined ? [] : ["--upstream", upstream]),
    ...options.args ?? [],
  ];
  const [command, args] = preload === undefined
    ? chaskiCommand(serve)
    : fromSource(serve, ["--preload", preload]);
  const child = new Deno.Command(command, {
    args,
    env: cleanEnv(home, options.env),
    clearEnv: true,
    detached: options.leads ?? false,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const out = gather(child.stdout);
  const err = gather(child.stderr);
  const exited = child.status.then(({ code }) => code);
  const log = () =>
    err.text().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as LogLine);

  const dispose = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await Promise.all([exited, out.done, err.done]);
    await Deno.remove(home, { recursive: true });
  };

  const url = await until(
    () => /^chaski listening on (\S+)$/m.exec(out.text())?.[1],
    START_LIMIT_MS,
    exited,
  );
  if (url === undefined) {
    await dispose();
    throw new Error(`Cannot start Chaski: ${err.text() || "it said nothing"}`);
  }
  return {
    url,
    pid: child.pid,
    stdout: out.text,
    stderr: err.text,
    log,
    async logged(test, limitMs = 5000) {
      const line = await until(() => log().find(test), limitMs);
      if (line === undefined) throw new Error(`no such line in the log:\n${err.text()}`);
      return line;
    },
    kill: (signal) => child.kill(signal),
    exited,
    [Symbol.asyncDispose]: dispose,
  };
}

function gather(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const done = (async () => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) text += piece;
  })();
  return { text: () => text, done };
}

/** Looks every few milliseconds; gives up at the limit, or when the other promise resolves. */
async function until<T>(
  look: () => T | undefined,
  limitMs: number,
  ended?: Promise<unknown>,
): Promise<T | undefined> {
  let over = false;
  ended?.then(() => over = true);
  for (const start = performance.now(); performance.now() - start < limitMs && !over;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return look();
}
