import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { denoOutside } from "../../src/machine/outside.ts";
import { readMachine } from "../../src/machine/read_machine.ts";

/** A system whose PATH is a folder with one script, named `tool`. */
async function withTool(script: string) {
  const folder = await Deno.makeTempDir({ prefix: "chaski-tool-" });
  await Deno.writeTextFile(join(folder, "tool"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const PATH = `${folder}:${Deno.env.get("PATH")}`;
  return {
    outside: denoOutside({ os: "linux", env: { PATH, GREETING: "hello", NONE: undefined } }),
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("output() is what a program prints, in the environment it is given", async () => {
  await using tool = await withTool('echo "$GREETING $1"; echo no >&2');
  assertEquals(await tool.outside.output("tool", ["you"]), "hello you\n");
});

const NOTHING: [string, string][] = [
  ["fails", "echo half; exit 9"],
  ["prints without end", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"],
  ["prints more than 1 MiB", "head -c 1048577 /dev/zero"],
  ["does not end", "echo half; exec sleep 600"],
  ["leaves a child behind that does not end", "sleep 20 & exec sleep 600"],
];

for (const [what, script] of NOTHING) {
  Deno.test(`output() is nothing where a program ${what}`, async () => {
    await using tool = await withTool(script);
    assertEquals(await tool.outside.output("tool", []), null);
  });
}

Deno.test("output() is nothing where there is no such program", async () => {
  await using tool = await withTool("");
  assertEquals(await tool.outside.output("no-such-tool", []), null);
  await Deno.chmod(join(tool.folder, "tool"), 0o600);
  assertEquals(await tool.outside.output("tool", []), null);
});

Deno.test("readText() reads small files only", async () => {
  await using tool = await withTool("");
  const file = join(tool.folder, "file");
  await Deno.writeTextFile(file, "max\n");
  assertEquals(await tool.outside.readText(file), "max\n");
  await Deno.writeFile(file, new Uint8Array(64 * 1024 + 1));
  assertEquals(await tool.outside.readText(file), null);
  assertEquals(await tool.outside.readText(join(tool.folder, "none")), null);
});

Deno.test("readMachine() reads this machine", async () => {
  const { ram, gpus } = await readMachine(
    denoOutside({ os: Deno.build.os, env: Deno.env.toObject() }),
    null,
  );
  assert(ram.free > 0 && ram.free <= ram.total);
  assert(ram.total <= Deno.systemMemoryInfo().total);
  for (const gpu of gpus) assert(gpu.free >= 0 && gpu.free <= gpu.total);
});
