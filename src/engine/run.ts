/** Short runs of llama-server's program: it is asked something and ends by itself. */

import type { Env } from "../config/locations.ts";
import { EngineError } from "./error.ts";
import { whyEnded, whyNotStarted } from "./failure.ts";

/** Bytes of each output. The help has 60,000. */
const LARGEST = 1024 * 1024;

/** What to do where a program does not fit to this machine. */
export const ELSEWHERE = "run chaski engine install, or name another one by --llama-server";

/** What a run needs. */
export interface RunInput {
  env: Env;
  /** Milliseconds that it may take. */
  patience: number;
}

/**
 * The environment for llama-server: without the options of it that variables may hold, which would
 * be obeyed beside the arguments, and without Chaski's own, among which are keys.
 */
export function engineEnvironment(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || /^(?:LLAMA_ARG_|LLAMA_API_KEY$|CHASKI_)/i.test(name)
        ? []
        : [[name, value]]
    ),
  );
}

/** What it wrote to stdout, then to stderr. Throws an EngineError where it fails. */
export async function runEngine(path: string, args: string[], input: RunInput): Promise<string> {
  const child = await start(path, args, input.env);
  const outputs = [bounded(child.stdout), bounded(child.stderr)];
  let why: string | null = null;
  const stop = (reason: string) => {
    why ??= reason;
    kill(child);
    // A child of its own may hold the outputs open.
    for (const output of outputs) output.cancel();
  };
  const seconds = input.patience / 1000;
  const timer = setTimeout(
    () => stop(`it did not answer ${args.join(" ")} within ${seconds} s`),
    input.patience,
  );
  for (const { whole } of outputs) {
    whole.catch(() => stop("it says more than 1 MiB, so it is no llama-server"));
  }
  const [said, { code, signal }] = await Promise.all([
    Promise.all(outputs.map(({ whole }) => whole.catch(() => ""))),
    child.status,
  ]).finally(() => clearTimeout(timer));
  if (why !== null) throw new EngineError(path, why);
  if (code !== 0) {
    throw new EngineError(path, whyEnded({ code, signal, said: said.join("\n") }), ELSEWHERE);
  }
  return said.join("\n\n");
}

/** Times that a start is tried, and milliseconds between them. */
const TRIES = 40;
const PAUSE = 50;

async function start(path: string, args: string[], env: Env): Promise<Deno.ChildProcess> {
  for (let tries = 1;; tries++) {
    try {
      return new Deno.Command(path, {
        args,
        env: engineEnvironment(env),
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    } catch (error) {
      // A process that another one just begins holds for a moment what was being written (ETXTBSY).
      const isBusy = error instanceof Error && error.message.includes("(os error 26)");
      if (!isBusy || tries === TRIES) {
        throw new EngineError(path, whyNotStarted(error), ELSEWHERE);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

/** Reads to the end; `whole` rejects beyond the bound, and gives what there is when cancelled. */
function bounded(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const read = async () => {
    const decoder = new TextDecoder();
    let text = "";
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      text += decoder.decode(next.value, { stream: true });
      if (text.length > LARGEST) throw new RangeError("too long");
    }
    return text;
  };
  return { whole: read(), cancel: () => void reader.cancel().catch(() => {}) };
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has just ended.
  }
}
