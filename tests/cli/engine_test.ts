import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import { testFolder, tinyProgram } from "../engine/folder.ts";
import { installStage, tinyArchive } from "../engine/install_stage.ts";
import { archiveName } from "../engine/release_stand.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { fakeIo } from "./fake_io.ts";

/** Runs `chaski engine …` where no llama-server is; gives the exit code and the texts. */
async function engine(args: readonly string[], env: Record<string, string> = {}) {
  const io = fakeIo({ env: { HOME: "/nowhere", PATH: "/usr/bin:/bin", ...env } });
  const code = await run(["engine", ...args], io);
  return { code, out: io.out, err: io.err };
}

Deno.test("engine status says what the real llama-server can do", async () => {
  const path = await findLlamaServer();
  const { code, out, err } = await engine(["status", "--llama-server", path]);
  assertEquals([code, err], [0, ""]);
  const lines = out.split("\n");
  assertEquals(lines.slice(0, 2), [`path     ${path}`, "found    named by the settings"]);
  assertMatch(out, /^version {2}\S+( \(build \d+\))?$/m);
  assertMatch(out, /^can {6}.*\bslot-save\b/m);
  assertMatch(out, /^device {3}\S/m);
});

Deno.test("engine status --json says the same for programs", async () => {
  const CHASKI_LLAMA_SERVER = await findLlamaServer();
  const { code, out } = await engine(["status", "--json"], { CHASKI_LLAMA_SERVER });
  assertEquals(code, 0);
  const { path, from, version, can, devices, ...more } = JSON.parse(out);
  assertEquals([path, from, more], [CHASKI_LLAMA_SERVER, "setting", {}]);
  assertEquals(Object.keys(version), ["name", "build"]);
  assertEquals([can["slot-save"], can["list-devices"], Array.isArray(devices)], [true, true, true]);
});

Deno.test("engine status shows what is lacking, and the devices", async () => {
  await using folder = await testFolder();
  await folder.write("llama-server", tinyProgram(7003), 0o755);
  const { out } = await engine(["status"], { PATH: `${folder.path}:/usr/bin:/bin` });
  assertEquals(out.split("\n"), [
    `path     ${join(folder.path, "llama-server")}`,
    "found    on the PATH",
    "version  b7003",
    "can      list-devices",
    "lacks    fit flash-attn-auto kv-unified kv-quant cache-ram checkpoints slot-save cpu-moe " +
    "draft-mtp reasoning reasoning-budget template-kwargs mmproj",
    "device   CUDA0: Some GPU, 24000 MiB, 23000 MiB free",
    "",
  ]);
});

Deno.test("engine status says what to do where there is none", async () => {
  const none = await engine(["status", "--json"], { PATH: "/nowhere" });
  assertEquals(none, {
    code: 1,
    out: "",
    err: "Cannot find llama-server: it is neither installed nor on the PATH; run chaski engine " +
      "install, or name it by --llama-server\n",
  });
});

Deno.test("engine install installs, once, and engine status shows it", async () => {
  await using at = await installStage();
  at.stand.releases.set("b7003", { archive: tinyArchive(7003) });
  const env = { CHASKI_ENGINE_RELEASES: at.stand.api, CHASKI_DATA_DIR: at.dataDir };
  const path = join(at.dataDir, "engines/b7003-cpu/llama-b7003/llama-server");
  assertEquals(await engine(["install", "--backend", "cpu"], env), {
    code: 0,
    out: `Installed llama-server b7003 (cpu) at ${path}\n`,
    err: `Fetching ${archiveName("b7003")}, 1 MiB\n`,
  });
  const args = ["install", "--backend=cpu", "--release", "b7003", "--data-dir", at.dataDir];
  assertEquals(await engine(args, { CHASKI_ENGINE_RELEASES: at.stand.api }), {
    code: 0,
    out: `llama-server b7003 (cpu) is there already, at ${path}\n`,
    err: "",
  });
  const { out } = await engine(["status"], env);
  assertEquals(out.split("\n").slice(0, 3), [
    `path     ${path}`,
    "found    installed by chaski engine install",
    "version  b7003",
  ]);
});

const WRONG: [string[], number, string][] = [
  [
    ["install", "--backend", "tpu"],
    2,
    "Cannot run chaski: option '--backend <name>' argument 'tpu' is invalid. Allowed choices are " +
    "cpu, vulkan, cuda, rocm, metal\nSee chaski --help and chaski serve --help.\n",
  ],
  [
    ["install", "--debian", "--release", "b1"],
    1,
    "Cannot install llama-server: --debian takes neither --release nor --backend; leave them out\n",
  ],
  [
    ["status", "--llama-server", "~/x"],
    2,
    "Cannot use --llama-server: expected a path written out in full, without ~\n",
  ],
];

for (const [args, expected, sentence] of WRONG) {
  Deno.test(`engine ${args.join(" ")} is refused`, async () => {
    assertEquals(await engine(args), { code: expected, out: "", err: sentence });
  });
}

Deno.test("engine install asks for a folder where none is known", async () => {
  const io = fakeIo({ env: { HOME: "" } });
  assertEquals(await run(["engine", "install"], io), 1);
  assertEquals(
    io.err,
    "Cannot install llama-server: there is no folder for it; name one by --data-dir\n",
  );
});
