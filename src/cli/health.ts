/** `chaski health`: asks a running Chaski whether it is ready; for containers without a shell. */
import { openUpstream } from "../upstream/http.ts";

/** Milliseconds. */
const PATIENCE = 5_000;

/**
 * Gives the exit code: 0 when ready, 1 with a sentence when not. Asks without the proxies that the
 * environment may name, for they do not lead to this machine.
 *
 * @param url base URL of the running Chaski
 */
export async function health(
  url: string,
  say: { stdout(text: string): void; stderr(text: string): void },
): Promise<number> {
  const reason = await whyNotReady(url);
  if (reason === null) {
    say.stdout("ready\n");
    return 0;
  }
  say.stderr(`Chaski is not ready: ${reason}\n`);
  return 1;
}

async function whyNotReady(url: string): Promise<string | null> {
  const http = openUpstream(url, { connectTimeout: PATIENCE });
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const { status, body } = await http.send({ method: "GET", path: "/readyz", signal });
    const { reason } = await new Response(body).json();
    return status === 200 ? null : String(reason ?? `it answered ${status}`);
  } catch {
    return `nothing that is Chaski answers at ${url}`;
  } finally {
    await http.destroy();
  }
}
