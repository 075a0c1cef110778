/** One request to a hub: redirects are followed, the token is not taken along. */

import type { Hub } from "./hub.ts";
import { HubError, passing } from "./hub_error.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** What every request needs. */
export interface Line {
  hub: Hub;
  fetch: Fetch;
}

/** What came; the body of the last one is still to be read or cancelled. */
export interface HubAnswer {
  response: Response;
  /** Whether another host than the hub gave it. */
  led: boolean;
}

const MOST_REDIRECTS = 5;

/** Asks with GET. Throws a passing HubError when nothing answers, or the signal's reason. */
export async function request(
  { hub, fetch }: Line,
  path: string,
  { headers = {}, signal }: { headers?: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<HubAnswer> {
  const home = new URL(hub.url);
  let url = new URL(hub.url + path);
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const led = url.origin !== home.origin;
    const token = led || hub.token === null ? {} : { authorization: `Bearer ${hub.token}` };
    const response = await send(fetch, url, { ...headers, ...token }, signal, hub);
    if (![301, 302, 303, 307, 308].includes(response.status)) return { response, led };
    await response.body?.cancel();
    url = targetOf(response, url, hub);
  }
  throw new HubError(`${hub.host} sends from one address to the next without an end`);
}

async function send(
  fetch: Fetch,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  hub: Hub,
): Promise<Response> {
  try {
    // Bytes are counted, and those of a packed body are others than the file's.
    const options = { headers: { "accept-encoding": "identity", ...headers }, signal };
    return await fetch(url.href, { ...options, redirect: "manual" });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TypeError)) throw error;
    throw passing(`nothing answers at ${hub.host}; check the network, or HF_ENDPOINT`);
  }
}

function targetOf(response: Response, from: URL, hub: Hub): URL {
  const location = response.headers.get("location") ?? "";
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null;
  const isSafe = target?.protocol === "https:" ||
    target?.protocol === "http:" && from.protocol === "http:";
  if (target === null || !isSafe || target.username || target.password) {
    throw new HubError(`${hub.host} sends to an address that is not safe to follow`);
  }
  return target;
}
