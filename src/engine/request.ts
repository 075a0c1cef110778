/** Requests to the hosts of releases: over HTTPS alone, and never waiting for ever. */

import { isLoopback } from "../config/address.ts";
import { cannotInstall } from "./error.ts";

/** Milliseconds of silence. */
const PATIENCE = 60_000;

/** GitHub redirects once, mirrors perhaps twice. */
const MOST_REDIRECTS = 5;

/** How a request is to be made. */
export interface RequestInput {
  /** Media type that is asked for. */
  accept: string;
  /** Whether hosts of this machine may be asked without TLS. */
  plainLoopback: boolean;
}

/** An answer's head and body: read its pieces or cancel it, always. */
export interface Answer {
  status: number;
  /** Throws a sentence when the connection breaks or falls silent. */
  pieces: AsyncIterable<Uint8Array>;
  cancel(): Promise<void>;
}

/** Whether an address may be asked. */
export function isAllowed(url: URL, plainLoopback: boolean): boolean {
  if (url.username !== "" || url.password !== "") return false;
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return url.protocol === "https:" ||
    url.protocol === "http:" && plainLoopback && isLoopback(host);
}

/** Asks `GET address` and goes where it is sent; each step must be allowed. */
export async function request(address: string, input: RequestInput): Promise<Answer> {
  const silence = watch();
  let url = checked(URL.parse(address), input.plainLoopback);
  for (let step = 0; step <= MOST_REDIRECTS; step++) {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { accept: input.accept, "accept-encoding": "identity", "user-agent": "chaski" },
      signal: silence.signal,
    }).catch((error) => {
      silence.stop();
      throw brokenOff(url, error, silence.signal);
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) {
      return toAnswer(response, url, silence);
    }
    silence.stop();
    await response.body?.cancel();
    url = checked(URL.parse(location, url), input.plainLoopback);
    silence.again();
  }
  silence.stop();
  throw cannotInstall(`${url.host} redirects again and again; try again later`);
}

function checked(url: URL | null, plainLoopback: boolean): URL {
  if (url !== null && isAllowed(url, plainLoopback)) return url;
  const host = url?.host ? ` (${url.host})` : "";
  throw cannotInstall(
    `the address to fetch from${host} is not https; see CHASKI_ENGINE_RELEASES`,
  );
}

function toAnswer(response: Response, url: URL, silence: Silence): Answer {
  return {
    status: response.status,
    pieces: piecesOf(response, url, silence),
    async cancel() {
      silence.stop();
      await response.body?.cancel();
    },
  };
}

async function* piecesOf(
  { body }: Response,
  url: URL,
  silence: Silence,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body ?? []) {
      silence.again();
      yield piece;
      silence.again();
    }
  } catch (error) {
    throw brokenOff(url, error, silence.signal);
  } finally {
    silence.stop();
  }
}

function brokenOff({ host }: URL, error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) {
    return cannotInstall(`${host} was silent for ${PATIENCE / 1000} s; try again`);
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  const [, why] = /client error \(Connect\): (.{1,200})/.exec(cause) ?? [];
  return cannotInstall(
    why === undefined
      ? `the connection to ${host} was cut; try again`
      : `${host} cannot be reached (${why}); check the network and try again`,
  );
}

type Silence = ReturnType<typeof watch>;

/** Aborts after a while without `again()`. */
function watch() {
  const control = new AbortController();
  const start = () => setTimeout(() => control.abort(), PATIENCE);
  let timer = start();
  const stop = () => clearTimeout(timer);
  const again = () => {
    stop();
    timer = start();
  };
  return { signal: control.signal, stop, again };
}
