/** The ports that `chaski serve` listens on. */
import { bracketed } from "../config/address.ts";
import type { Config } from "../config/config.ts";
import { isTold } from "../http/errors.ts";
import type { Log } from "../log.ts";

/** A port that accepts requests. */
export type Listener = Deno.HttpServer<Deno.NetAddr>;

type Answer = (request: Request) => Response | Promise<Response>;

/** Listens; throws what the system says when it cannot. */
export function listenAt(
  { host, port }: Pick<Config, "host" | "port">,
  answer: Answer,
  log: Log,
): Listener {
  return Deno.serve({
    hostname: host,
    port,
    onListen: () => {},
    onError: (cause) => {
      if (!isTold(cause)) log.error(`Cannot answer: ${cause}`);
      return new Response(null, { status: 500 });
    },
  }, answer);
}

/** Where `codex --oss` looks for its servers, on this machine alone. */
const OSS_PORTS: readonly [string, number][] = [["LM Studio", 1234], ["Ollama", 11434]];

/** Listens in the places of LM Studio and Ollama, as far as they are free; the log says which are. */
export function listenForOss(config: Config, answer: Answer, log: Log): Listener[] {
  if (config.apiKey !== undefined) {
    log.warn("codex --oss sends no key, so it is refused: start without a key to serve it");
  }
  return OSS_PORTS.flatMap(([name, port]) => {
    // The main port may have been set to one of these.
    if (port === config.port) return [];
    try {
      const listener = listenAt({ host: "127.0.0.1", port }, answer, log);
      log.info(`chaski listens on http://127.0.0.1:${port} too, in the place of ${name}`);
      return [listener];
    } catch (error) {
      log.warn(
        `${cannotListen(error, { host: "127.0.0.1", port }, `Stop ${name}, if it runs.`)} ` +
          "Everything else is served.",
      );
      return [];
    }
  });
}

/** Why it cannot listen there, and what to do. */
export function cannotListen(
  error: unknown,
  { host, port }: Pick<Config, "host" | "port">,
  cure = "Stop the program that holds it, or choose another port by --port (0 takes a free one).",
): string {
  const where = `${bracketed(host)}:${port}`;
  if (error instanceof Deno.errors.AddrInUse) {
    return `Cannot listen on ${where}: port ${port} is in use. ${cure}`;
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return `Cannot listen on ${where}: this machine has no such address. Choose another by --host.`;
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `Cannot listen on ${where}: the system forbids it. Choose a port above 1023 by --port.`;
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `Cannot listen on ${where}: ${reason}`;
}
