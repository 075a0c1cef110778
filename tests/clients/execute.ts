import type { ClientEnvironment } from "./process.ts";

/** A program that has ended, with all that it said. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end in its home. */
export async function execute(
  command: string,
  args: readonly string[],
  env: ClientEnvironment,
): Promise<Executed> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: env["HOME"] ?? "",
    env,
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** An empty home for a client and Chaski's commands. `await using` removes it. */
export async function emptyHome() {
  const home = await Deno.makeTempDir({ prefix: "chaski-client-home-" });
  return { home, [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }) };
}
