/** `chaski health`: asks a running Chaski whether it is ready; for containers without a shell. */

/** Milliseconds. */
const PATIENCE = 5_000;

/**
 * Gives the exit code: 0 when ready, 1 with a sentence when not.
 *
 * @param url base URL of the running Chaski
 */
export async function health(
  url: string,
  say: { stdout(text: string): void; stderr(text: string): void },
): Promise<number> {
  let reason: string;
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PATIENCE) });
    const { status, reason: why } = await answer.json() as { status?: string; reason?: string };
    if (answer.ok) {
      say.stdout(`${status}\n`);
      return 0;
    }
    reason = why ?? `it answered ${answer.status}`;
  } catch {
    reason = `nothing that is Chaski answers at ${url}`;
  }
  say.stderr(`Chaski is not ready: ${reason}\n`);
  return 1;
}
