/** Stands in for GitHub's releases on a port of this machine. */

import { createHash } from "node:crypto";

/** A release that the stand has; its one file is the CPU's build for Linux on this processor. */
export interface Stood {
  archive: Uint8Array<ArrayBuffer>;
  /** What takes the place of what is true. */
  asset?: Record<string, unknown>;
}

/** The stand, and what was asked of it. */
export interface ReleaseStand extends AsyncDisposable {
  /** Base URL of the API. */
  api: string;
  releases: Map<string, Stood>;
  asked: string[];
  /** What answers before the stand does. */
  instead: ((request: Request) => Response | undefined) | null;
}

/** An archive's name in a release for the machine that the tests run on. */
export function archiveName(tag: string, ending = "tar.gz"): string {
  return `llama-${tag}-bin-ubuntu-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}.${ending}`;
}

/** Starts it without releases. The latest is the one that was put in last. */
export function releaseStand(): ReleaseStand {
  const releases = new Map<string, Stood>();
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return stand.instead?.(request) ?? answer(pathname);
  });
  const answer = (pathname: string): Response => {
    const base = "/repos/ggml-org/llama.cpp/releases/";
    const file = /^\/files\/([^/]+)$/.exec(pathname)?.[1];
    if (file !== undefined) return new Response(releases.get(file)?.archive ?? null);
    const tag = pathname === `${base}latest`
      ? [...releases.keys()].at(-1)
      : pathname.replace(`${base}tags/`, "");
    const stood = tag === undefined ? undefined : releases.get(tag);
    return tag !== undefined && stood
      ? Response.json(described(tag, stood, stand.api))
      : Response.json({ message: "Not Found" }, { status: 404 });
  };
  const stand: ReleaseStand = {
    api: `http://127.0.0.1:${server.addr.port}`,
    releases,
    asked,
    instead: null,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return stand;
}

function described(tag: string, { archive, asset }: Stood, api: string) {
  const sha256 = createHash("sha256").update(archive).digest("hex");
  return {
    tag_name: tag,
    assets: [{
      name: archiveName(tag),
      browser_download_url: `${api}/files/${tag}`,
      size: archive.length,
      digest: `sha256:${sha256}`,
      ...asset,
    }],
  };
}
