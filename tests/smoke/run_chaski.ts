import { chaskiCommand, cleanEnv } from "../chaski_process.ts";

const LIMIT_MS = 30_000;

/** How a Chaski ended, with all that it printed. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Chaski with arguments to its end, without input and without settings of the user's own. */
export async function runChaski(...args: string[]): Promise<Ended> {
  const home = await Deno.makeTempDir({ prefix: "chaski-smoke-" });
  const [command, all] = chaskiCommand(args);
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: all,
      env: cleanEnv(home, { NO_COLOR: "1" }),
      clearEnv: true,
      stdin: "null",
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
