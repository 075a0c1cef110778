/** A hub on this machine: lists, redirects to a store on another port, and fails as it is told. */

import { createHash } from "node:crypto";

/** A request as it came. */
export interface Asked {
  at: "hub" | "store";
  path: string;
  range: string | null;
  ifRange: string | null;
  token: string | null;
  status: number;
}

/** What an entry of the list looks like. */
export type Entry = Record<string, unknown>;

/** What is done otherwise than hubs do; may be changed while it runs. */
export interface Behaviour {
  /** Entries on one page of the list. */
  page: number;
  /** Changes the list. */
  list(entries: Entry[]): unknown;
  /** Answers in place of the hub. */
  hub(path: string, request: Request): Response | null;
  /** Answers in place of the store. */
  store(bytes: Uint8Array<ArrayBuffer>, request: Request): Response | null;
  /** Bytes after which the next answers of the store break off. */
  cuts: number[];
  /** What the store waits for after those bytes of every answer. */
  hold: { after: number; until: Promise<void> } | null;
}

export interface FakeHub extends AsyncDisposable {
  url: string;
  commit: string;
  asked: Asked[];
  behaviour: Behaviour;
}

const COMMIT = "c0ffee".repeat(7).slice(0, 40);

/** The repositories `org/…`, whatever they are called, have these files. */
export function fakeHub(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): FakeHub {
  const asked: Asked[] = [];
  const behaviour: Behaviour = {
    page: 1000,
    list: (entries) => entries,
    hub: () => null,
    store: () => null,
    cuts: [],
    hold: null,
  };
  const noted = (at: Asked["at"], answer: (request: Request, path: string) => Response) =>
    serve((request) => {
      const { pathname, search } = new URL(request.url);
      const response = answer(request, pathname + search);
      const { headers } = request;
      asked.push({
        ...{ at, path: pathname + search, status: response.status },
        ...{ range: headers.get("range"), ifRange: headers.get("if-range") },
        token: headers.get("authorization"),
      });
      return response;
    });
  const store = noted("store", (request, path) => {
    const bytes = files[decodeURIComponent(path.slice(1))] ?? new Uint8Array();
    return behaviour.store(bytes, request) ?? stored(bytes, request, behaviour);
  });
  const hub = noted("hub", (request, path) => {
    const own = behaviour.hub(path, request);
    if (own) return own;
    if (path.includes("/revision/")) return Response.json({ sha: COMMIT });
    if (path.includes("/tree/")) return listed(request, entriesOf(files), behaviour);
    const [, file = ""] = path.split(`/resolve/${COMMIT}/`);
    return new Response(null, { status: 302, headers: { location: `${store.url}/${file}` } });
  });
  return {
    ...{ url: hub.url, commit: COMMIT, asked, behaviour },
    async [Symbol.asyncDispose]() {
      await Promise.all([hub.stop(), store.stop()]);
    },
  };
}

function serve(answer: (request: Request) => Response) {
  const abort = new AbortController();
  const options = { port: 0, hostname: "127.0.0.1", signal: abort.signal, onListen() {} };
  const server = Deno.serve(
    { ...options, onError: () => new Response(null, { status: 500 }) },
    answer,
  );
  const stop = async () => {
    abort.abort();
    await server.finished;
  };
  return { url: `http://127.0.0.1:${server.addr.port}`, stop };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function entriesOf(files: Readonly<Record<string, Uint8Array>>): Entry[] {
  const readme = { type: "file", oid: "0".repeat(40), size: 12, path: "README.md" };
  const models = Object.entries(files).map(([path, bytes]) => ({
    ...{ type: "file", oid: "1".repeat(40), size: bytes.length, path },
    lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 },
  }));
  return [{ type: "directory", oid: "0".repeat(40), size: 0, path: "folder" }, readme, ...models];
}

function listed(request: Request, all: Entry[], { page, list }: Behaviour): Response {
  const url = new URL(request.url);
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const entries = list(all);
  if (!Array.isArray(entries)) return Response.json(entries);
  url.searchParams.set("cursor", String(start + page));
  // As behind a mirror, whose pages name the hub itself.
  const next = `<https://hub.invalid${url.pathname}${url.search}>; rel="next"`;
  const isLast = start + page >= entries.length;
  return Response.json(
    entries.slice(start, start + page),
    isLast ? {} : { headers: { link: next } },
  );
}

function stored(
  bytes: Uint8Array<ArrayBuffer>,
  { headers }: Request,
  behaviour: Behaviour,
): Response {
  const etag = `"${sha256(bytes).slice(0, 32)}"`;
  const ifRange = headers.get("if-range");
  const start = Number(/^bytes=(\d+)-$/.exec(headers.get("range") ?? "")?.[1] ?? -1);
  const isPart = start >= 0 && (ifRange === null || ifRange === etag);
  if (isPart && start >= bytes.length) return new Response(null, { status: 416 });
  const rest = bytes.subarray(isPart ? start : 0);
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  return new Response(bodyOf(rest, behaviour.cuts.shift(), behaviour.hold), {
    status: isPart ? 206 : 200,
    headers: {
      ...{ etag, "content-length": String(rest.length) },
      ...(isPart ? { "content-range": range } : {}),
    },
  });
}

function bodyOf(
  bytes: Uint8Array<ArrayBuffer>,
  cut: number | undefined,
  hold: Behaviour["hold"],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stop = cut ?? hold?.after ?? bytes.length;
  async function* pieces() {
    if (stop > 0) yield bytes.subarray(0, stop);
    if (cut !== undefined) {
      // What was sent has to be on its way before the connection breaks.
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error("cut");
    }
    await hold?.until;
    if (stop < bytes.length) yield bytes.subarray(stop);
  }
  return ReadableStream.from(pieces());
}
