/**
 * The child processes of a run: starting servers, running programs, and ending them all.
 */

/** A server that has said where it listens. */
export interface Server {
  url: URL;
  port: number;
  pid: number;
}

/** How to start a server. */
export interface ServerCommand {
  /** For messages. */
  name: string;
  program: string;
  args: readonly string[];
  /** The whole environment of the child; inherited where absent. */
  env?: Record<string, string>;
}

const startLimitMs = 60_000;
const stopLimitMs = 3_000;
const logTail = 2_000;

/**
 * Holds every child of the run and ends it on disposal: SIGTERM, and SIGKILL after three seconds.
 * Servers log into a folder that goes away with them.
 */
export class Children implements AsyncDisposable {
  /** An empty folder for the run. */
  readonly folder: string;
  #running = new Set<Deno.ChildProcess>();
  #disposal: Promise<void> | undefined;

  constructor() {
    this.folder = Deno.makeTempDirSync({ prefix: "chaski-bench-" });
  }

  /**
   * Starts a server and waits for its line "… listening on http://HOST:PORT" on stdout. Throws with
   * the end of its log when it ends or says nothing for a minute.
   */
  async start({ name, program, args, env }: ServerCommand): Promise<Server> {
    const log = `${this.folder}/${name}.log`;
    const child = this.#spawn("sh", {
      // The shell lets the server write its log itself and then becomes the server: piped through
      // here it would cost CPU next to the measurement.
      args: ["-c", 'exec "$@" 2>"$0"', log, program, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
      cwd: this.folder,
      ...(env ? { env, clearEnv: true } : {}),
    });
    const url = await listeningUrl(child.stdout);
    if (url) return { url, port: Number(url.port), pid: child.pid };
    const said = (await Deno.readTextFile(log)).slice(-logTail).trimEnd();
    throw new Error(`Cannot start ${name}: it did not say where it listens\n${said}`);
  }

  /** Runs a program to its end; resolves to its stdout, throws with its stderr. */
  async run(program: string, args: readonly string[]): Promise<string> {
    const child = this.#spawn(program, { args: [...args], stdout: "piped", stderr: "piped" });
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    if (code === 0) return decoder.decode(stdout);
    throw new Error(`Cannot run ${program}: exit code ${code}\n${decoder.decode(stderr)}`);
  }

  #spawn(program: string, options: Deno.CommandOptions): Deno.ChildProcess {
    if (this.#disposal) throw new Error(`Cannot start ${program}: the bench is ending`);
    const child = new Deno.Command(program, options).spawn();
    this.#running.add(child);
    child.status.finally(() => this.#running.delete(child));
    return child;
  }

  /** Ends all children and removes the folder; safe to call more than once. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposal ??= this.#dispose();
  }

  async #dispose(): Promise<void> {
    await Promise.all([...this.#running].map(stop));
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function stop(child: Deno.ChildProcess): Promise<void> {
  signal(child, "SIGTERM");
  const timer = setTimeout(() => signal(child, "SIGKILL"), stopLimitMs);
  await child.status;
  clearTimeout(timer);
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch (error) {
    // It may have ended by itself a moment ago, which is what was wanted.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** The address in the first line that tells one; undefined when stdout ends or time runs out. */
async function listeningUrl(stdout: ReadableStream<Uint8Array>): Promise<URL | undefined> {
  const [told, rest] = stdout.tee();
  // A full pipe would stop the server later on.
  rest.pipeTo(new WritableStream()).catch(() => {});
  const reader = told.pipeThrough(new TextDecoderStream()).getReader();
  const timer = setTimeout(() => reader.cancel(), startLimitMs);
  try {
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
      const match = /listening on (http:\/\/\S+)\r?\n/.exec(text);
      if (match?.[1]) return new URL(match[1]);
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}
