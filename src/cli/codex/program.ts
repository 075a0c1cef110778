/** The real Codex on this machine: where it is, which version, and one run of it. */

import type { Io } from "../io.ts";
import { CATALOGUE_SINCE, isOlder } from "./provider.ts";

/** A Codex that can be started. */
export interface CodexProgram {
  command: string;
  /** As it says itself, like `0.169.0`. */
  version: string;
}

/** Major and minor number of a version. */
export type Release = readonly [number, number];

/** `0.169.0-alpha.1` → `[0, 169]`; null for what is no version. */
export function releaseOf(version: string): Release | null {
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})\b/.exec(version) ?? [];
  return major === undefined || minor === undefined ? null : [Number(major), Number(minor)];
}

/** Whether a Codex fetches a catalogue; one that does not tell its version counts as a new one. */
export function fetchesCatalogue(release: Release | null): boolean {
  return release === null || !isOlder(release, CATALOGUE_SINCE);
}

/** Codex from `CHASKI_CODEX` or the PATH; throws a sentence that says how to get it. */
export async function findCodex({ env, os }: Pick<Io, "env" | "os">): Promise<CodexProgram> {
  const named = env["CHASKI_CODEX"] || undefined;
  // npm makes a script of that name on Windows.
  const commands = named ? [named] : os === "windows" ? ["codex", "codex.cmd"] : ["codex"];
  for (const command of commands) {
    const said = await versionOf(command, env);
    if (said === null) continue;
    const [version] = /\d+\.\d+\.\S*/.exec(said) ?? [];
    if (version !== undefined) return { command, version };
    throw new Error(`Cannot use ${command}: it does not say a version, so it is no Codex`);
  }
  throw new Error(
    named
      ? `Cannot find Codex at ${named} (CHASKI_CODEX): there is no such program`
      : "Cannot find Codex: there is no codex on the PATH; install it by npm install -g " +
        "@openai/codex, or name it by CHASKI_CODEX",
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

/** What a terminal or a supervisor sends, and npm's launcher of Codex hands on as well. */
const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs Codex on this terminal until it ends; gives its exit code, 128 + N after signal N. */
export async function runCodex(
  { command }: CodexProgram,
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

/** Takes signals from now on, so that none ends this process and leaves Codex behind. */
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
