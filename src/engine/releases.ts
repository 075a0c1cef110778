/** llama.cpp's releases, as GitHub's API tells of them. */

import { z } from "zod";
import { cannotInstall } from "./error.ts";
import { isAllowed, request } from "./request.ts";

/** A file of a release. */
export interface Asset {
  name: string;
  url: string;
  /** Bytes. */
  size: number;
  /** SHA-256 in hexadecimal; null where the release publishes none. */
  sha256: string | null;
}

/** A release with its files. */
export interface Release {
  tag: string;
  assets: readonly Asset[];
}

/** Where releases are told of, unless the environment names another place. */
export const GITHUB = "https://api.github.com";

/** Bytes. A release of llama.cpp takes 60,000. */
const LARGEST = 8 * 1024 * 1024;

const schema = z.object({
  tag_name: z.string().refine(isRelease),
  assets: z.array(z.object({
    name: z.string().max(200),
    browser_download_url: z.string().max(4096),
    size: z.int().min(0),
    digest: z.string().nullish(),
  })).max(1000),
});

/** Whether a text can be a release's tag; it becomes a folder's name. */
export function isRelease(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{0,98}$/.test(text);
}

/** Whether the API may be asked without TLS: it is on this machine. Throws where it may not be. */
export function isPlainApi(api: string): boolean {
  const url = URL.parse(api);
  if (url === null || !isAllowed(url, true) || url.search !== "") {
    throw cannotInstall(
      "CHASKI_ENGINE_RELEASES is no https address of an API like GitHub's; unset or correct it",
    );
  }
  return url.protocol === "http:";
}

/**
 * The release of a tag, or the latest.
 *
 * @param api base URL without the path of the repository
 * @throws {Error} a sentence where there is none, or it cannot be fetched
 */
export async function fetchRelease(api: string, tag: string | null): Promise<Release> {
  if (tag !== null && !isRelease(tag)) {
    throw cannotInstall("--release is no tag; expected one like b7003");
  }
  const base = `${api.replace(/\/+$/, "")}/repos/ggml-org/llama.cpp/releases`;
  const address = tag === null ? `${base}/latest` : `${base}/tags/${tag}`;
  const input = { accept: "application/vnd.github+json", plainLoopback: isPlainApi(api) };
  const { status, pieces } = await request(address, input);
  const text = await textOf(pieces);
  if (status !== 200) throw cannotInstall(whyRefused(status, tag));
  return readRelease(text);
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > LARGEST) throw cannotInstall("what tells of the releases is too long");
  }
  return text;
}

function whyRefused(status: number, tag: string | null): string {
  if (status === 404 && tag !== null) {
    return `there is no release ${tag}; see https://github.com/ggml-org/llama.cpp/releases`;
  }
  // GitHub allows 60 requests an hour from an address.
  return status === 403 || status === 429
    ? "GitHub takes no more requests from here for now; try again in an hour"
    : `what tells of the releases answered ${status}; try again later`;
}

/** A release from the API's JSON. Pure. */
export function readRelease(text: string): Release {
  const read = schema.safeParse(jsonOf(text));
  if (!read.success) {
    throw cannotInstall(
      "what tells of the releases is not GitHub's API; see CHASKI_ENGINE_RELEASES",
    );
  }
  const { tag_name: tag, assets } = read.data;
  return {
    tag,
    assets: assets.map(({ name, browser_download_url: url, size, digest }) => ({
      name,
      url,
      size,
      sha256: /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1] ?? null,
    })),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
