import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { findEngine } from "../../src/engine/find.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tarGz } from "./archives.ts";
import { installStage, tinyArchive } from "./install_stage.ts";
import { archiveName } from "./release_stand.ts";

const FIXED = [".lock", "current.json"];

Deno.test("installEngine() takes the latest release into use, once", async () => {
  await using at = await installStage();
  at.stand.releases.set("b7003", { archive: tinyArchive(7003) });
  const { engine, ...outcome } = await at.install();
  assertEquals(outcome, { tag: "b7003", backend: "cpu", already: false });
  assertEquals(engine.version, { name: "b7003", build: 7003 });
  assertEquals(engine.path, join(at.dataDir, "engines/b7003-cpu/llama-b7003/llama-server"));
  assertEquals(at.told, [`Fetching ${archiveName("b7003")}, 1 MiB`]);
  assertEquals(at.kept(), [...FIXED, "b7003-cpu"].sort());
  assertEquals(
    await findEngine({ os: "linux", env: {}, dataDir: at.dataDir, setting: null }),
    { path: engine.path, from: "installed" },
  );
  at.stand.asked.length = 0;
  const again = await at.install();
  assertEquals([again.already, again.engine.path], [true, engine.path]);
  assertEquals(at.stand.asked, ["/repos/ggml-org/llama.cpp/releases/latest"]);
});

Deno.test("installEngine() keeps the one before for a step back, and nothing older", async () => {
  await using at = await installStage();
  for (const build of [1, 2, 3]) {
    at.stand.releases.set(`b${build}`, { archive: tinyArchive(build) });
    await at.install();
  }
  assertEquals(at.kept(), [...FIXED, "b2-cpu", "b3-cpu"].sort());
  at.stand.asked.length = 0;
  const back = await at.install({ release: "b2" });
  assertEquals([back.already, back.engine.version.build], [true, 2]);
  assertEquals(at.stand.asked, ["/repos/ggml-org/llama.cpp/releases/tags/b2"]);
  assertEquals((await at.install({ release: "b1" })).already, false);
  assertEquals(at.kept(), [...FIXED, "b1-cpu", "b2-cpu"].sort());
});

Deno.test("installEngine() fetches anew what is there but runs no more", async () => {
  await using at = await installStage();
  at.stand.releases.set("b1", { archive: tinyArchive(1) });
  const { engine } = await at.install();
  await Deno.writeTextFile(engine.path, "#!/bin/sh\nexit 9\n");
  assertEquals((await at.install()).already, false);
  assertEquals((await at.install()).already, true);
  await Deno.remove(engine.path);
  assertEquals((await at.install()).engine.version.build, 1);
});

Deno.test("installEngine() lets one work at a time, and clears what a killed one left", async () => {
  await using at = await installStage();
  at.stand.releases.set("b1", { archive: tinyArchive(1) });
  const engines = join(at.dataDir, "engines");
  await Deno.mkdir(join(engines, ".new/files"), { recursive: true });
  await Deno.writeTextFile(join(engines, ".new/files/llama-server"), "half");
  using lock = await Deno.open(join(engines, ".lock"), { create: true, write: true });
  await lock.lock(true);
  const error = await assertRejects(() => at.install(), Error);
  assertEquals(
    error.message,
    "Cannot install llama-server: another install is at work there; wait for it",
  );
  await lock.unlock();
  await at.install();
  assertEquals(at.kept(), [...FIXED, "b1-cpu"].sort());
});

Deno.test("installEngine() goes where a mirror sends it, for this machine's hosts", async () => {
  await using at = await installStage();
  at.stand.releases.set("b1", { archive: tinyArchive(1) });
  at.stand.instead = ({ url }) =>
    new URL(url).pathname === "/files/b1"
      ? Response.redirect(`${at.stand.api}/again`)
      : new URL(url).pathname === "/again"
      ? new Response(tinyArchive(1))
      : undefined;
  assertEquals((await at.install()).engine.version.build, 1);
});

Deno.test("installEngine() asks the real llama-server before it takes it into use", async () => {
  await using at = await installStage();
  // Its own libraries lie beside it: so it stays where it is, and is called from the archive.
  const data = `#!/bin/sh\nexec '${await findLlamaServer()}' "$@"\n`;
  at.stand.releases.set("b1", { archive: tarGz([{ name: "llama-b1/bin/llama-server", data }]) });
  const { engine } = await at.install();
  assertEquals(engine.path, join(at.dataDir, "engines/b1-cpu/llama-b1/bin/llama-server"));
  assertEquals([engine.supports("--ctx-size"), engine.supports("--parallel")], [true, true]);
});
