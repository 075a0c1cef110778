/** A Codex user's machine: a home of its own, a Chaski that answers, and a program named codex. */

import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import { type FakeIo, fakeIo } from "./fake_io.ts";

/** What stands where a Chaski should be. */
export interface FakeServer {
  /** Models with their contexts; none: it says that llama-server is down. */
  models?: Readonly<Record<string, number>>;
  /** The key that it asks for. */
  key?: string;
  /** Names that it takes for the first model. */
  aliases?: readonly string[];
  /** What it is instead: llama-server itself, or a web server. */
  other?: "llama-server" | "web";
}

/** A machine; `await using` removes it. */
export interface Machine extends AsyncDisposable {
  /** CODEX_HOME. */
  readonly home: string;
  readonly config: string;
  /** Of the fake Chaski. */
  readonly url: string;
  /** Variables for a run; changes count. */
  readonly env: Record<string, string>;
  /** Writes `config.toml`, or another file of the home. */
  write(text: string, name?: string): Promise<void>;
  /** Runs `chaski` with these arguments. */
  chaski(...argv: string[]): Promise<{ code: number; out: string; err: string }>;
}

/** Makes a machine on which a codex that says `version` is installed. */
export async function machine(
  server: FakeServer = { models: { tiny: 4096 } },
  version: string | null = "0.169.0",
): Promise<Machine> {
  const folder = await Deno.makeTempDir({ prefix: "chaski-codex-user-" });
  const home = join(folder, "codex");
  await Deno.mkdir(home);
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, server),
  );
  const codex = join(folder, "the codex");
  if (version !== null) await Deno.writeTextFile(codex, script(version), { mode: 0o755 });
  const env: Record<string, string> = {
    HOME: folder,
    CODEX_HOME: home,
    CHASKI_CODEX: codex,
    CHASKI_PORT: String(listener.addr.port),
    PATH: Deno.env.get("PATH") ?? "",
  };
  return {
    home,
    config: join(home, "config.toml"),
    url: `http://127.0.0.1:${listener.addr.port}`,
    env,
    write: (text, name = "config.toml") => Deno.writeTextFile(join(home, name), text),
    async chaski(...argv) {
      const io: FakeIo = fakeIo({ env, readTextFile: Deno.readTextFile });
      return { code: await run(argv, io), out: io.out, err: io.err };
    },
    async [Symbol.asyncDispose]() {
      await listener.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A codex that writes what it was given beside itself, and ends with the code of its first prompt. */
function script(version: string): string {
  return `#!/bin/sh
if [ "$1" = "--version" ]; then echo "codex-cli ${version}"; exit 0; fi
for argument in "$@"; do printf '%s\\n' "$argument" >> "$0.args"; done
printf '%s\\n' "\${CHASKI_API_KEY-unset}" "\$NO_PROXY" > "$0.env"
case "$*" in *"exit 7"*) exit 7;; esac
`;
}

function answer(request: Request, server: FakeServer): Response {
  const { pathname } = new URL(request.url);
  if (server.other === "llama-server") {
    return new Response("{}", { status: 404, headers: { server: "llama.cpp" } });
  }
  if (server.other === "web") return new Response("<h1>hello</h1>");
  const models = Object.entries(server.models ?? {});
  if (pathname === "/healthz") return Response.json({ status: "ok" });
  if (pathname === "/readyz") {
    if (models.length > 0) return Response.json({ status: "ready" });
    return Response.json({ status: "down", reason: "it is\nasleep" }, { status: 503 });
  }
  if (server.key !== undefined && request.headers.get("authorization") !== `Bearer ${server.key}`) {
    return Response.json({ error: {} }, { status: 401 });
  }
  if (models.length === 0) return Response.json({ error: {} }, { status: 502 });
  const data = models.map(([id, context_length]) => ({ id, context_length }));
  if (pathname === "/v1/models") {
    return Response.json({ data: [...data, { id: "stand-in", alias_of: data[0]?.id }] });
  }
  const name = decodeURIComponent(pathname.slice("/v1/models/".length));
  const found = data.find(({ id }) => id === name) ??
    (server.aliases?.includes(name) ? data[0] : undefined);
  return found ? Response.json(found) : Response.json({ error: {} }, { status: 404 });
}
