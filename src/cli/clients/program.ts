/** A client's real program on this machine: where it is, which version, and one run of it. */

import type { Io } from "../io.ts";

/** What a client is called, and where its program comes from. */
export interface Client {
  /** As sentences name it, like `Codex`. */
  name: string;
  /** Its program on the PATH. */
  word: string;
  /** The variable that names another program. */
  variable: string;
  /** The command that installs it. */
  install: string;
}

/** A program that can be started. */
export interface ClientProgram {
  command: string;
  /** As it says itself, like `0.169.0`. */
  version: string;
}

/** The program from the client's variable or the PATH; throws a sentence that says how to get it. */
export async function findProgram(
  { name, word, variable, install }: Client,
  { env, os }: Pick<Io, "env" | "os">,
): Promise<ClientProgram> {
  const named = env[variable] || undefined;
  // npm makes a script of that name on Windows.
  const commands = named ? [named] : os === "windows" ? [word, `${word}.cmd`] : [word];
  for (const command of commands) {
    const said = await versionOf(command, env);
    if (said === null) continue;
    const [version] = /\d+\.\d+\.\S*/.exec(said) ?? [];
    if (version !== undefined) return { command, version };
    throw new Error(`Cannot use ${command}: it does not say a version, so it is no ${name}`);
  }
  throw new Error(
    named
      ? `Cannot find ${name} at ${named} (${variable}): there is no such program`
      : `Cannot find ${name}: there is no ${word} on the PATH; install it by ${install}, ` +
        `or name it by ${variable}`,
  );
}

/** Milliseconds. It takes 50, and 500 through npm's launcher. */
const PATIENCE = 15_000;

/** What `--version` says, empty where it fails; null where there is no such program. */
async function versionOf(command: string, env: Io["env"]): Promise<string | null> {
  try {
    const { stdout } = await new Deno.Command(command, {
      args: ["--version"],
      env: defined(env),
      clearEnv: true,
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    return new TextDecoder().decode(stdout.subarray(0, 1000));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return null;
    }
    throw error;
  }
}

/** What a terminal or a supervisor sends, and npm's launchers of clients hand on as well. */
const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs the client on this terminal until it ends; gives its exit code, 128 + N after signal N. */
export async function runProgram(
  { command }: ClientProgram,
  args: readonly string[],
  env: Io["env"],
): Promise<number> {
  const relay = relaySignals();
  try {
    const child = new Deno.Command(command, {
      args: [...args],
      env: defined(env),
      clearEnv: true,
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    relay.to(child);
    return (await child.status).code;
  } finally {
    relay.stop();
  }
}

/** Takes signals from now on, so that none ends this process and leaves the client behind. */
function relaySignals() {
  let child: Deno.ChildProcess | undefined;
  const early: Deno.Signal[] = [];
  const pass = (signal: Deno.Signal) => {
    try {
      if (child === undefined) early.push(signal);
      else child.kill(signal);
    } catch {
      // It has just ended.
    }
  };
  // Windows hands Ctrl-C to every program of the console by itself.
  const signals = Deno.build.os === "windows" ? [] : SIGNALS;
  const listeners = signals.map((signal) => [signal, () => pass(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    to(started: Deno.ChildProcess) {
      child = started;
      for (const signal of early) pass(signal);
    },
    stop() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}

function defined(env: Io["env"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
}
