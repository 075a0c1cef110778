/** Files, programs and memory of this system, each bounded in size and time. */

import type { Memory } from "./machine.ts";

/** What reading the machine needs from outside. */
export interface Outside {
  os: typeof Deno.build.os;
  env: Readonly<Record<string, string | undefined>>;
  /** A small file of the system; null where it cannot be read. */
  readText(path: string): Promise<string | null>;
  /** What a program of the PATH prints; null where it is absent, fails, or prints too much or late. */
  output(program: string, args: readonly string[]): Promise<string | null>;
  /** What Deno knows of the memory, within the limit of the own group. */
  memory(): Memory;
}

/** Milliseconds for one program. They take 50, and seconds where a driver has to start first. */
const PATIENCE = 5000;

const MOST_OUTPUT = 1024 * 1024;
const MOST_FILE = 64 * 1024;

/** This system, with the environment that programs are looked up and run in. */
export function denoOutside({ os, env }: Pick<Outside, "os" | "env">): Outside {
  return {
    os,
    env,
    readText,
    output: (program, args) => output(program, args, env),
    memory() {
      const { total, available } = Deno.systemMemoryInfo();
      return { total, free: available };
    },
  };
}

async function readText(path: string): Promise<string | null> {
  try {
    using file = await Deno.open(path);
    return await textWithin(file.readable.getReader(), MOST_FILE);
  } catch {
    return null;
  }
}

async function output(
  program: string,
  args: readonly string[],
  env: Outside["env"],
): Promise<string | null> {
  const child = start(program, args, env);
  if (child === null) return null;
  const reader = child.stdout.getReader();
  // A program that hangs in its driver does not end when it is killed: nothing waits for that.
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), PATIENCE);
  try {
    return await Promise.race([printed(child, reader), late.promise]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    end(child);
    reader.cancel().catch(() => {});
  }
}

function start(
  program: string,
  args: readonly string[],
  env: Outside["env"],
): Deno.ChildProcess | null {
  const defined = Object.entries(env).filter((entry): entry is [string, string] =>
    entry[1] !== undefined
  );
  try {
    return new Deno.Command(program, {
      args: [...args],
      env: Object.fromEntries(defined),
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch {
    return null;
  }
}

async function printed(
  child: Deno.ChildProcess,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<string | null> {
  const text = await textWithin(reader, MOST_OUTPUT);
  if (text === null) return null;
  const { success } = await child.status;
  return success ? text : null;
}

function end(child: Deno.ChildProcess): void {
  child.unref();
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The whole text; null where it has more bytes than `most`. */
async function textWithin(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  most: number,
): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    size += piece.value.length;
    if (size > most) return null;
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}
