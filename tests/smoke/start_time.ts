import { chaskiCommand, cleanEnv } from "../chaski_process.ts";

/**
 * Starts Chaski and measures the time from `exec` to the end of its first answer (`GET /healthz`), in
 * milliseconds; then ends it.
 */
export async function startTime(upstream: string): Promise<number> {
  const home = await Deno.makeTempDir({ prefix: "chaski-smoke-" });
  const [command, args] = chaskiCommand(["serve", "--upstream", upstream, "--port", "0"]);
  const start = performance.now();
  const child = new Deno.Command(command, {
    args,
    env: cleanEnv(home),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    let text = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const url = /listening on (\S+)\n/.exec(text)?.[1];
      if (url === undefined) continue;
      await (await fetch(`${url}/healthz`)).text();
      return performance.now() - start;
    }
    throw new Error("it ended before it listened");
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(home, { recursive: true });
  }
}
