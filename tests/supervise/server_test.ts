/** How a llama-server starts, fails to, and ends, with a program that does what it is told. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { type Run, startServer } from "../../src/supervise/server.ts";
import type { ServerProcess } from "../../src/supervise/server_process.ts";
import { standIn } from "./stand_in.ts";

const open = new AbortController().signal;

/** Starts it, and notes which processes there were. */
function startIt(
  program: Pick<Run, "program" | "args">,
  { patience = 30_000, signal = open }: { patience?: number; signal?: AbortSignal } = {},
) {
  const processes: ServerProcess[] = [];
  const exits: number[] = [];
  const pids = new Map<string, number>();
  const started = startServer({ id: "m:Q4", ...program }, {
    env: Deno.env.toObject(),
    ...{ setpriv: null, patience, connectTimeout: 0 },
    onStart: ({ mark, pid }) => void pids.set(mark, pid),
    onExit: ({ mark }) => void exits.push(pids.get(mark) ?? 0),
    onLine: () => {},
  }, { signal, onProcess: (process) => void processes.push(process) });
  return { started, processes, exits };
}

/** The error of a start that fails; nothing of it may be left. */
async function failureOf({ started, processes, exits }: ReturnType<typeof startIt>) {
  const error = await assertRejects(() => started, ApiError);
  assertEquals(processes.map((process) => process.ended() !== null), processes.map(() => true));
  assertEquals(exits, processes.map(({ pid }) => pid));
  return error;
}

/** Clients that repeat what failed must not repeat this, and it is none of their business where. */
function assertFinal({ status, code, message }: ApiError, reason: string): void {
  assertEquals([status, code], [400, "invalid_prompt"]);
  assert(message.startsWith("Cannot load the model 'm:Q4': ") && message.includes(reason), message);
  assert(!message.includes("/"), message);
}

for (const [how, flags] of [["at once", []], ["after a while", ["--load", "1500"]]] as const) {
  Deno.test(`startServer() gives a llama-server that is ready ${how}`, async () => {
    const { started, processes } = startIt(standIn(...flags));
    const { model, process, stop } = await started;
    assertEquals([model.id, model.context, model.slots], ["tiny", 8192, 2]);
    assertEquals([processes.length, process.ended()], [1, null]);
    await stop();
    assert(process.ended() !== null);
  });
}

Deno.test("startServer() says why a llama-server ended before it was ready [H15]", async () => {
  const line = "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 1 MiB failed: out of memory";
  const dead = startIt(standIn("--say", `${line} in /srv/models/m.gguf`, "--end", "1"));
  assertFinal(await failureOf(dead), "there is too little memory");
  const mute = startIt(standIn("--end", "3"));
  assertFinal(await failureOf(mute), "llama-server ended with code 3 before it was ready");
});

Deno.test("startServer() says why a llama-server ended when it was asked for its model", async () => {
  const asked = startIt(standIn("--mute"));
  assertFinal(await failureOf(asked), "llama-server ended with code 134 before it was ready");
});

Deno.test("startServer() says that a program is not there without telling where", async () => {
  const { started } = startIt({ program: "/srv/none/llama-server", args: () => [] });
  assertFinal(await assertRejects(() => started, ApiError), "llama-server cannot be started");
});

Deno.test("startServer() gives up what is not ready in time", async () => {
  const slow = startIt(standIn("--load", "600000"), { patience: 1_000 });
  assertFinal(await failureOf(slow), "it was not ready in time");
});

Deno.test("startServer() tries another port where one was taken, and not for ever", async () => {
  const ports: number[] = [];
  const { program, args } = standIn("--say", "couldn't bind HTTP server socket", "--end", "1");
  const taken = startIt({ program, args: (port) => (ports.push(port), args(port)) });
  await failureOf(taken);
  assertEquals([new Set(ports).size, taken.processes.length], [3, 3]);
});

Deno.test("startServer() ends what is still loading when it is not wanted any more", async () => {
  const leave = new AbortController();
  const loading = startIt(standIn("--load", "600000"), { signal: leave.signal });
  await new Promise((resolve) => setTimeout(resolve, 500));
  leave.abort(new Error("not wanted"));
  await assertRejects(() => loading.started, Error, "not wanted");
  assertEquals(loading.processes.map((process) => process.ended() !== null), [true]);
});

Deno.test("stop() kills a llama-server that does not end by itself", async () => {
  const { process, stop } = await startIt(standIn("--stubborn")).started;
  const asked = performance.now();
  await stop();
  assertEquals(process.ended()?.signal, "SIGKILL");
  assert(performance.now() - asked > 4_000);
});
