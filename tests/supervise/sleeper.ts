/** A process that does nothing, for as long as it may. */

export interface Sleeper extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with the signal that ended it; null where it ended by itself. */
  readonly ended: Promise<string | null>;
}

/** @param deaf whether it does not react to SIGTERM */
export async function sleeper(
  env: Record<string, string>,
  { deaf = false } = {},
): Promise<Sleeper> {
  const script = `${deaf ? "trap '' TERM; " : ""}echo up; while :; do sleep 0.1; done`;
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", script],
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  const ended = child.status.then(({ signal }) => signal);
  return {
    pid: child.pid,
    ended,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await Promise.all([ended, drained]);
    },
  };
}
