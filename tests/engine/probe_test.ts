import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { EngineError } from "../../src/engine/error.ts";
import { listDevices, probeEngine } from "../../src/engine/probe.ts";
import { engineEnvironment } from "../../src/engine/run.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { testFolder, tinyProgram } from "./folder.ts";

const env = Deno.env.toObject();

Deno.test("probeEngine() learns what the real llama-server can do", async () => {
  const path = await findLlamaServer();
  // Without the variable left out, every run of it would fail.
  const engine = await probeEngine(path, { env: { ...env, LLAMA_ARG_CTX_SIZE: "none" } });
  assertEquals(engine.path, path);
  assert((engine.version.build ?? 0) > 5000, engine.version.name);
  for (const flag of ["-m", "--ctx-size", "--parallel", "--slot-save-path", "--jinja"]) {
    assertEquals([flag, engine.supports(flag)], [flag, true]);
  }
  assertEquals(engine.supports("--cache-type-k", "q8_0"), true);
  assertEquals(engine.env("--ctx-size"), "LLAMA_ARG_CTX_SIZE");
  assertEquals([engine.supports("--nonsense"), engine.env("--nonsense")], [false, null]);
  for (const { total, free } of await listDevices(engine, { env })) assert(free <= total);
});

Deno.test("probeEngine() asks once, until the file changes; devices are asked for each time", async () => {
  await using folder = await testFolder();
  const notes = join(folder.path, "notes");
  const calls = async () => (await Deno.readTextFile(notes)).trim().split("\n");
  const path = await folder.write("llama-server", tinyProgram(7003, { notes }), 0o755);
  const [one, two] = await Promise.all([probeEngine(path, { env }), probeEngine(path, { env })]);
  assertEquals([one, one.version], [two, { name: "b7003", build: 7003 }]);
  assertEquals(await calls(), ["--version", "--help"]);
  const device = { id: "CUDA0", name: "Some GPU", total: 24000, free: 23000 };
  for (let i = 0; i < 2; i++) assertEquals(await listDevices(one, { env }), [device]);
  await folder.write("llama-server", tinyProgram(70040, { notes }), 0o755);
  assertEquals((await probeEngine(path, { env })).version.build, 70040);
  assertEquals((await calls()).length, 6);
});

Deno.test("listDevices() does not ask a llama-server that cannot tell them", async () => {
  await using folder = await testFolder();
  const notes = join(folder.path, "notes");
  const program = tinyProgram(4000, { notes, help: "-c,    --ctx-size N     size\n" });
  const engine = await probeEngine(await folder.write("x", program, 0o755), { env });
  assertEquals(await listDevices(engine, { env }), []);
  assertEquals(await Deno.readTextFile(notes), "--version\n--help\n");
});

const SCRIPT = "#!/bin/sh\n";
const INSTALL = "run chaski engine install, or name another one by --llama-server";
const OTHER = "name another one by --llama-server";

/** Programs that are of no use, and what is said of them. */
const WRONG: [string, string | Uint8Array, number, string][] = [
  [
    "of another system",
    new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, ...Array(14).fill(0)]),
    0o755,
    `it was built for another processor or system (Exec format error); ${INSTALL}`,
  ],
  [
    "without its loader",
    "#!/none/such/loader\n",
    0o755,
    `this system lacks the loader that it was built for; ${INSTALL}`,
  ],
  [
    "that fails",
    `${SCRIPT}echo 'no such thing' >&2; exit 3\n`,
    0o755,
    `it ended with status 3, saying 'no such thing'; ${INSTALL}`,
  ],
  [
    "that is killed",
    `${SCRIPT}kill -9 $$\n`,
    0o755,
    `it was killed (SIGKILL), perhaps for lack of memory; ${INSTALL}`,
  ],
  [
    "that lacks a library",
    `${SCRIPT}echo 'x: error while loading shared libraries: libfoo.so.1: cannot open' >&2; exit 127\n`,
    0o755,
    `it lacks the shared library libfoo.so.1; ${INSTALL}`,
  ],
  [
    "that is something else",
    `${SCRIPT}echo hello\n`,
    0o755,
    `it does not say a version, so it is none; ${OTHER}`,
  ],
  [
    "that never stops talking",
    `${SCRIPT}exec yes\n`,
    0o755,
    `it says more than 1 MiB, so it is no llama-server; ${OTHER}`,
  ],
  ["that hangs", `${SCRIPT}sleep 60\n`, 0o755, `it did not answer --version within 2 s; ${OTHER}`],
];

for (const [what, program, mode, said] of WRONG) {
  Deno.test(`probeEngine() tells of a program ${what} in one sentence`, async () => {
    await using folder = await testFolder();
    const path = await folder.write("llama-server", program, mode);
    const error = await assertRejects(
      () => probeEngine(path, { env, ...(what === "that hangs" && { patience: 2000 }) }),
      EngineError,
    );
    assertEquals(error.message, `Cannot use llama-server at ${path}: ${said}`);
    assertEquals(said.startsWith(error.reason), true);
  });
}

Deno.test("probeEngine() waits for a program that is still being written", async () => {
  await using folder = await testFolder();
  const path = await folder.write("llama-server", tinyProgram(5), 0o755);
  const file = await Deno.open(path, { write: true });
  const probing = probeEngine(path, { env });
  await new Promise((resolve) => setTimeout(resolve, 200));
  file.close();
  assertEquals((await probing).version.build, 5);
});

Deno.test("probeEngine() asks again after a failure, which may be mended", async () => {
  await using folder = await testFolder();
  const broken = join(folder.path, "broken");
  await Deno.writeTextFile(broken, "");
  const program = tinyProgram(1).replace("#!/bin/sh", `#!/bin/sh\n[ -e '${broken}' ] && exit 1`);
  const path = await folder.write("llama-server", program, 0o755);
  await assertRejects(() => probeEngine(path, { env }), EngineError, "status 1");
  await Deno.remove(broken);
  assertEquals((await probeEngine(path, { env })).version.build, 1);
  const gone = join(folder.path, "gone");
  await assertRejects(() => probeEngine(gone, { env }), EngineError, "there is no such file");
});

Deno.test("engineEnvironment() leaves out llama-server's options and Chaski's keys", () => {
  const given = {
    ...{
      PATH: "/bin",
      LLAMA_ARG_PORT: "1",
      LLAMA_API_KEY: "k",
      LLAMA_CACHE: "/c",
      NONE: undefined,
    },
    ...{ CHASKI_API_KEY: "sk", Chaski_Upstream_Key: "sk", CUDA_VISIBLE_DEVICES: "0" },
  };
  assertEquals(engineEnvironment(given), {
    PATH: "/bin",
    LLAMA_CACHE: "/c",
    CUDA_VISIBLE_DEVICES: "0",
  });
});
