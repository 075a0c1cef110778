/** Which hub is asked, and as whom: by the variables of Hugging Face's own programs. */

import { hubTokenPath, type Surroundings } from "../models/places.ts";
import { smallText } from "../models/walk_folder.ts";
import { HubError } from "./hub_error.ts";

/** A hub to be asked. */
export interface Hub {
  /** Without a slash at its end. */
  url: string;
  /** How it is called in sentences: `huggingface.co`. */
  host: string;
  /** Sent to the hub itself alone. */
  token: string | null;
}

const DEFAULT_URL = "https://huggingface.co";
const LARGEST_TOKEN = 4096;

/** The hub and the token of `HF_ENDPOINT`, `HF_TOKEN` or the token's file. Throws a HubError. */
export async function hubOf(surroundings: Omit<Surroundings, "folders">): Promise<Hub> {
  const told = surroundings.env["HF_ENDPOINT"]?.trim() || DEFAULT_URL;
  const url = URL.canParse(told) ? new URL(told) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new HubError("HF_ENDPOINT is no http(s) address without a name and a password");
  }
  const path = hubTokenPath(surroundings);
  const token = surroundings.env["HF_TOKEN"]?.trim() ||
    (path && (await smallText(path, LARGEST_TOKEN))?.trim()) || null;
  if (token !== null && !/^[\x21-\x7e]+$/.test(token)) {
    throw new HubError("HF_TOKEN, or the token's file, holds no token");
  }
  return { url: url.origin + url.pathname.replace(/\/+$/, ""), host: url.host, token };
}

/** Whether the user wants no hub to be asked. */
export function isOffline({ HF_HUB_OFFLINE: value }: Surroundings["env"]): boolean {
  return /^(?:1|on|yes|true)$/i.test(value?.trim() ?? "");
}
