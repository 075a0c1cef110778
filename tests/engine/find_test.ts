import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { EngineError } from "../../src/engine/error.ts";
import { findEngine, requireEngine, type Surroundings } from "../../src/engine/find.ts";
import { takeIntoUse } from "../../src/engine/installed.ts";
import { placesOf } from "../../src/engine/places.ts";
import { testFolder, tinyProgram } from "./folder.ts";

const PROGRAM = tinyProgram(7003);

async function stage() {
  const folder = await testFolder();
  const dataDir = join(folder.path, "data");
  const surroundings = (changes: Partial<Surroundings> = {}): Surroundings => ({
    os: "linux",
    env: { HOME: folder.path, PATH: `${folder.path}/none:${folder.path}/bin` },
    dataDir,
    setting: null,
    ...changes,
  });
  return {
    folder,
    dataDir,
    surroundings,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("findEngine() takes the named one, the installed one, the PATH's, a usual one", async () => {
  await using at = await stage();
  const { folder, dataDir, surroundings } = at;
  assertEquals(await findEngine(surroundings()), null);
  const usual = await folder.write("llama.cpp/build/bin/llama-server", PROGRAM, 0o755);
  assertEquals(await findEngine(surroundings()), { path: usual, from: "usual" });
  const onPath = await folder.write("bin/llama-server", PROGRAM, 0o755);
  assertEquals(await findEngine(surroundings()), { path: onPath, from: "path" });
  const installed = await folder.write("data/engines/b1-cpu/x/llama-server", PROGRAM, 0o755);
  await takeIntoUse(dataDir, { folder: "b1-cpu", program: "x/llama-server" });
  assertEquals(await findEngine(surroundings()), { path: installed, from: "installed" });
  const setting = await folder.write("mine", PROGRAM, 0o755);
  assertEquals(await findEngine(surroundings({ setting })), { path: setting, from: "setting" });
  assertEquals(await findEngine(surroundings({ dataDir: null })), { path: onPath, from: "path" });
});

Deno.test("findEngine() passes over what is no executable file", async () => {
  await using at = await stage();
  const { folder, surroundings } = at;
  await folder.write("bin/llama-server", PROGRAM, 0o644);
  await Deno.mkdir(join(folder.path, ".local/bin/llama-server"), { recursive: true });
  assertEquals(await findEngine(surroundings()), null);
  for (const setting of [join(folder.path, "bin/llama-server"), folder.path, "/none"]) {
    const error = await assertRejects(() => findEngine(surroundings({ setting })), EngineError);
    assertEquals(
      error.message,
      `Cannot use llama-server at ${setting}: it is not an executable file; name another one by ` +
        "--llama-server",
    );
  }
});

Deno.test("findEngine() takes an account of what is installed for nothing when it is broken", async () => {
  await using at = await stage();
  const { folder, surroundings } = at;
  await folder.write("bin/evil", PROGRAM, 0o755);
  const broken = [
    "{",
    "[]",
    JSON.stringify({ folder: "../..", program: "bin/evil", previous: null }),
    JSON.stringify({ folder: "b1-cpu", program: "../../../bin/evil", previous: null }),
    JSON.stringify({ folder: "b1-cpu", program: "gone", previous: null }),
    `"${"x".repeat(100_000)}"`,
  ];
  for (const text of broken) {
    await folder.write("data/engines/current.json", text);
    assertEquals([text.slice(0, 80), await findEngine(surroundings())], [text.slice(0, 80), null]);
  }
});

Deno.test("requireEngine() says what to do where there is none", async () => {
  await using at = await stage();
  const error = await assertRejects(() => requireEngine(at.surroundings()));
  assertEquals(
    (error as Error).message,
    "Cannot find llama-server: it is neither installed nor on the PATH; run chaski engine " +
      "install, or name it by --llama-server",
  );
});

Deno.test("placesOf() looks at absolute folders of the PATH, then at Unix's usual places", () => {
  const env = { HOME: "/home/ann", PATH: "/usr/bin:.::bin:/opt/x" };
  const paths = placesOf({ os: "linux", env }).map(({ path, from }) => `${from} ${path}`);
  assertEquals(paths, [
    "path /usr/bin/llama-server",
    "path /opt/x/llama-server",
    "usual /home/linuxbrew/.linuxbrew/bin/llama-server",
    "usual /usr/local/bin/llama-server",
    "usual /home/ann/llama.cpp/build/bin/llama-server",
    "usual /home/ann/.local/bin/llama-server",
  ]);
  const [mac] = placesOf({ os: "darwin", env: {} });
  assertEquals(mac, { path: "/opt/homebrew/bin/llama-server", from: "usual" });
});

Deno.test("placesOf() knows Windows' endings and links, in any case of its variables", () => {
  const env = {
    Path: "C:\\bin;bin",
    PathExt: ".COM;.EXE;x",
    UserProfile: "C:\\Users\\ann",
    LocalAppData: "C:\\local",
  };
  assertEquals(placesOf({ os: "windows", env }).map(({ path }) => path), [
    "C:\\bin\\llama-server.com",
    "C:\\bin\\llama-server.exe",
    "C:\\local\\Microsoft\\WinGet\\Links\\llama-server.com",
    "C:\\local\\Microsoft\\WinGet\\Links\\llama-server.exe",
    "C:\\Users\\ann\\scoop\\shims\\llama-server.com",
    "C:\\Users\\ann\\scoop\\shims\\llama-server.exe",
    "C:\\Users\\ann\\llama.cpp\\build\\bin\\Release\\llama-server.com",
    "C:\\Users\\ann\\llama.cpp\\build\\bin\\Release\\llama-server.exe",
  ]);
  const [first] = placesOf({ os: "windows", env: { Path: "C:\\bin" } });
  assertEquals(first?.path, "C:\\bin\\llama-server.exe");
});
