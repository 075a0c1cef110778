import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { installFromDebian } from "../../src/engine/debian.ts";
import { vulkanFiles } from "../../src/engine/vulkan.ts";
import { testFolder } from "./folder.ts";

/** A PATH with an apt that knows what it is told, and notes what it is asked. */
async function apt(policy: string, code = 0) {
  const folder = await testFolder();
  const notes = join(folder.path, "notes");
  const note = `#!/bin/sh\necho "$0 $* $DEBIAN_FRONTEND $CHASKI_API_KEY" >> '${notes}'\n`;
  await folder.write("apt-cache", `${note}cat <<'END'\n${policy}\nEND\n`, 0o755);
  await folder.write("apt-get", `${note}exit ${code}\n`, 0o755);
  return {
    env: { PATH: `${folder.path}:/usr/bin:/bin`, CHASKI_API_KEY: "sk-secret" },
    notes: async () => (await Deno.readTextFile(notes)).replaceAll(`${folder.path}/`, "").trim(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const KNOWN = "llama.cpp-tools:\n  Installed: (none)\n  Candidate: 0.7.0+dfsg-2\n";

Deno.test("installFromDebian() installs the package by apt, as root", async () => {
  await using at = await apt(KNOWN);
  await installFromDebian({ env: at.env, isRoot: true });
  assertEquals((await at.notes()).split("\n").map((line) => line.trim()), [
    "apt-cache policy llama.cpp-tools noninteractive",
    "apt-get install -y --no-install-recommends llama.cpp-tools noninteractive",
  ]);
});

const REFUSED: [string, string, number, boolean, string][] = [
  [
    "without root's rights",
    KNOWN,
    0,
    false,
    "apt needs root's rights; run sudo apt-get install -y --no-install-recommends llama.cpp-tools",
  ],
  ["where apt fails", KNOWN, 100, true, "apt-get ended with status 100; see what it says above"],
  ...["", KNOWN.replace("0.7.0+dfsg-2", "(none)")].map((
    policy,
  ): [string, string, number, boolean, string] => [
    `where apt says ${JSON.stringify(policy.slice(0, 5))}`,
    policy,
    0,
    true,
    "apt does not know llama.cpp-tools, which Debian has from forky (testing) and in sid; add such " +
    "a source and run apt-get update, or leave out --debian",
  ]),
];

for (const [what, policy, code, isRoot, reason] of REFUSED) {
  Deno.test(`installFromDebian() says what to do ${what}`, async () => {
    await using at = await apt(policy, code);
    const error = await assertRejects(() => installFromDebian({ env: at.env, isRoot }), Error);
    assertEquals(error.message, `Cannot install llama-server: ${reason}`);
  });
}

Deno.test("installFromDebian() says so where there is no apt", async () => {
  await using folder = await testFolder();
  const error = await assertRejects(
    () => installFromDebian({ env: { PATH: folder.path }, isRoot: true }),
    Error,
  );
  assertEquals(
    error.message,
    "Cannot install llama-server: there is no apt-cache, so this is no Debian; leave out --debian",
  );
});

Deno.test("vulkanFiles() names the loader where each system has it", () => {
  assertEquals(vulkanFiles("windows", { SystemRoot: "D:\\Win" }), [
    "D:\\Win\\System32\\vulkan-1.dll",
  ]);
  assertEquals(vulkanFiles("linux", {})[0], "/usr/lib/x86_64-linux-gnu/libvulkan.so.1");
  assertEquals(vulkanFiles("darwin", {}), []);
});
