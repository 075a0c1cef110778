/**
 * Which Chaski a command means, and what is wrong when it cannot be used.
 */

import { bracketed, parseUpstream } from "../../config/address.ts";
import { type Config, loadConfig } from "../../config/config.ts";
import { ConfigError } from "../../config/error.ts";
import { type Io, printable } from "../io.ts";
import { ADMIN_KEY_VARIABLE, KEY_VARIABLE } from "./key.ts";
import type { Found, Place } from "./running.ts";

/** Where a Chaski with these settings answers this machine. */
export function baseUrl({ host, port }: Pick<Config, "host" | "port">): string {
  const local = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${bracketed(local)}:${port}`;
}

/**
 * The place that `--url` names, else that of the settings. The key of the settings may stand in a
 * file and is for their own Chaski alone; elsewhere goes what the variable holds, as clients do it.
 */
export async function placeOf(url: string | undefined, io: Io): Promise<Place> {
  if (url === undefined) {
    const config = await loadConfig({ ...io, flags: {} });
    return { url: baseUrl(config), key: config.apiKey };
  }
  const address = parseUpstream(url);
  if (URL.parse(url)?.username || !address.ok) {
    const reason = address.ok || URL.parse(url)?.username
      ? `expected a URL without credentials; the key comes from ${KEY_VARIABLE}`
      : address.reason;
    throw new ConfigError(`Cannot use --url: ${reason}`);
  }
  return { url: address.value, key: io.env[KEY_VARIABLE]?.trim() || undefined };
}

/** The same, with the key that manages models; where there is none, with the ordinary one. */
export async function adminPlaceOf(url: string | undefined, io: Io): Promise<Place> {
  const place = await placeOf(url, io);
  const key = url === undefined
    ? (await loadConfig({ ...io, flags: {} })).adminKey
    : io.env[ADMIN_KEY_VARIABLE]?.trim();
  return { ...place, key: key || place.key };
}

/** Why a client cannot use what was found, as the end of a sentence; null when it can. */
export function whyUnusable(found: Found, { url, key }: Place): string | null {
  if (found.kind === "nothing") {
    return `nothing answers at ${url}; start chaski serve, or name its address by --url`;
  }
  if (found.kind === "llama-server") {
    return `llama-server itself answers at ${url}; start chaski serve in front of it, and name ` +
      "Chaski's address by --url";
  }
  if (found.kind !== "chaski") return `what answers at ${url} is not Chaski; name it by --url`;
  if (!found.keyFits) {
    return key === undefined
      ? `Chaski at ${url} asks for a key; set ${KEY_VARIABLE}`
      : `Chaski at ${url} refuses the key; set ${KEY_VARIABLE} to the right one`;
  }
  return found.notReady === null
    ? null
    : `Chaski at ${url} has no model: ${printable(found.notReady)}`;
}

/** `'a', 'b'`: the names of what is served, for a sentence. */
export function modelNames(found: Found): string {
  const ids = found.kind === "chaski" ? found.models.map(({ id }) => `'${printable(id)}'`) : [];
  return ids.join(", ");
}
