/** A llama-server as a process: its start, its words, its end. */
import type { Exit } from "./failure.ts";
import { outputTail } from "./output_tail.ts";

export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended and everything it wrote was read. */
  readonly exited: Promise<Exit>;
  /** How it ended; null while it runs. */
  ended(): Exit | null;
  /** Its last lines, oldest first. */
  lines(): string[];
  /** Asks it to end, and makes it after a while. Resolves when it has ended. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export interface ProcessOptions {
  command: string;
  args: readonly string[];
  /** Its whole environment. */
  env: Readonly<Record<string, string>>;
  /** Whether it leads a group of its own, which Ctrl-C on Chaski's terminal does not reach. */
  leads: boolean;
  /** Gets every line of its output. */
  onLine: (line: string) => void;
}

/** Milliseconds that it may take to end by itself: it gives memory back, and saves nothing. */
const PATIENCE = 5_000;

/** Starts the process. Throws what the system says when it cannot. */
export function startProcess({ command, args, env, leads, onLine }: ProcessOptions): ServerProcess {
  const child = new Deno.Command(command, {
    args: [...args],
    env,
    clearEnv: true,
    detached: leads,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const tail = outputTail(onLine);
  const read = (stream: ReadableStream<Uint8Array>) =>
    tail.take(stream.pipeThrough(new TextDecoderStream()));
  let exit: Exit | null = null;
  const exited = Promise.all([child.status, read(child.stdout), read(child.stderr)])
    .then(([{ code, signal }]) => exit = { code, signal });

  function send(signal: Deno.Signal): void {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  return {
    pid: child.pid,
    exited,
    ended: () => exit,
    lines: tail.lines,
    kill: () => send("SIGKILL"),
    async stop() {
      send("SIGTERM");
      const timer = setTimeout(() => send("SIGKILL"), PATIENCE);
      await exited;
      clearTimeout(timer);
    },
  };
}
