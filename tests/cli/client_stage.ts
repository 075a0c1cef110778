/** The machine of a client's user: a home of its own, a Chaski that answers, and the client's program. */

import { join } from "node:path";
import { assertEquals } from "@std/assert";
import { run } from "../../src/cli/program.ts";
import { chaskiCommand, cleanEnv } from "../chaski_process.ts";
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
export interface ClientMachine extends AsyncDisposable {
  /** HOME. */
  readonly folder: string;
  /** Of the client, whether it is there or not. */
  readonly program: string;
  /** Of the fake Chaski. */
  readonly url: string;
  /** Variables for a run; changes count. */
  readonly env: Record<string, string>;
  /** Runs `chaski` with these arguments. */
  chaski(...argv: string[]): Promise<{ code: number; out: string; err: string }>;
}

/**
 * Makes a machine.
 *
 * @param word the client's program, which `CHASKI_WORD` names
 * @param script its text; null where it is not installed
 */
export async function clientMachine(
  word: string,
  script: string | null,
  server: FakeServer,
): Promise<ClientMachine> {
  const folder = await Deno.makeTempDir({ prefix: `chaski-${word}-user-` });
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, server),
  );
  const program = join(folder, `the ${word}`);
  if (script !== null) await Deno.writeTextFile(program, script, { mode: 0o755 });
  const env: Record<string, string> = {
    HOME: folder,
    [`CHASKI_${word.toUpperCase()}`]: program,
    CHASKI_PORT: String(listener.addr.port),
    PATH: Deno.env.get("PATH") ?? "",
  };
  return {
    folder,
    program,
    url: `http://127.0.0.1:${listener.addr.port}`,
    env,
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

/** Fails unless `chaski WORD` hands the signal to the client, and ends with the client's code. */
export async function assertSignalPassed(
  { program, folder, env }: ClientMachine,
  word: string,
  signal: "SIGINT" | "SIGTERM",
): Promise<void> {
  await Deno.writeTextFile(
    program,
    `#!/bin/sh
if [ "$1" = "--version" ]; then echo "1.169.0"; exit 0; fi
trap 'echo got it; exit 42' ${signal.slice(3)}
echo ready
for i in $(seq 200); do sleep 0.05; done
`,
  );
  const [command, args] = chaskiCommand([word]);
  const child = new Deno.Command(command, {
    args,
    env: cleanEnv(folder, env),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let out = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (out === "") child.kill(signal);
    out += piece;
  }
  assertEquals([out, (await child.status).code], ["ready\ngot it\n", 42]);
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
