/** Raised where work stops because the user asked for the end. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Gives a signal that aborts, with an {@linkcode Interruption}, on Ctrl-C, SIGTERM and a closed terminal.
 * More of them change nothing: tasks pass on what the terminal has sent already.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    Deno.addSignalListener(name, () => controller.abort(new Interruption(name)));
  }
  return controller.signal;
}

/** Rejects when the signal aborts; never resolves. */
export function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  // It may lose every race it runs in.
  promise.catch(() => {});
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
