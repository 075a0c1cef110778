import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { boundCommand, canBind, findSetpriv } from "../../src/supervise/bound_command.ts";

Deno.test("`boundCommand()` puts setpriv before the program, where there is one", () => {
  assertEquals(boundCommand("llama-server", ["-m", "a"], null), {
    ...{ command: "llama-server", args: ["-m", "a"] },
  });
  assertEquals(boundCommand("llama-server", ["-m", "a"], "/usr/bin/setpriv"), {
    command: "/usr/bin/setpriv",
    args: ["--pdeathsig", "KILL", "--", "llama-server", "-m", "a"],
  });
});

Deno.test("`findSetpriv()` finds one on Linux alone", () => {
  assertEquals([findSetpriv("darwin"), findSetpriv("windows")], [null, null]);
  const found = findSetpriv("linux");
  assertEquals(found !== null, Deno.build.os === "linux");
  if (found !== null) assert(canBind(found));
});

Deno.test("`canBind()` refuses a setpriv that does not know --pdeathsig, and what is none", async () => {
  const folder = await Deno.makeTempDir({ prefix: "chaski-setpriv-" });
  try {
    const old = join(folder, "setpriv");
    const script = "#!/bin/sh\necho \"setpriv: unrecognized option '$1'\" >&2\nexit 1\n";
    await Deno.writeTextFile(old, script, { mode: 0o755 });
    const text = join(folder, "text");
    await Deno.writeTextFile(text, "no program");
    const paths = [old, text, folder, join(folder, "none")];
    assertEquals(paths.map(canBind), [false, false, false, false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
