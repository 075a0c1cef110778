import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isOfServe, serveHelp } from "../../src/cli/help.ts";
import { run } from "../../src/cli/program.ts";
import { otherVariables } from "../../src/config/layers.ts";
import { settings } from "../../src/config/schema.ts";
import { defaultOf } from "../../src/config/describe.ts";
import { fakeIo } from "./fake_io.ts";

async function help(columns: number, ...command: string[]): Promise<string> {
  const io = fakeIo({ columns });
  await run([...command, "--help"], io);
  return io.out;
}

Deno.test("serveHelp() and the options name every setting with its default [E01]", async () => {
  const text = (await help(100, "serve")).replace(/\s+/g, " ");
  for (const setting of settings) {
    if (isOfServe(setting)) assertStringIncludes(text, ` ${setting.flag} `);
    assertStringIncludes(text, setting.env);
    assertStringIncludes(text, setting.about);
    const fallback = defaultOf(setting);
    if (fallback !== "none") assertStringIncludes(text, `default ${fallback})`);
  }
  assertEquals(otherVariables.filter((name) => !text.includes(name)), []);
});

Deno.test("serveHelp() shows groups, locations, examples and exit codes", async () => {
  const text = await help(100, "serve");
  for (const heading of ["llama-server:", "Listening:", "Files:", "Log:", "Exit codes:"]) {
    assertStringIncludes(text, `\n${heading}\n`);
  }
  assertStringIncludes(text, "/home/ann/.config/chaski/chaski.toml\n");
  assertStringIncludes(text, "/home/ann/.local/share/chaski\n");
  assertStringIncludes(text, "curl http://127.0.0.1:8484/v1/responses");
  assertStringIncludes(text, "chaski codex config --write");
});

Deno.test("serveHelp() shows the locations of the platform, or that there are none", () => {
  const env = { APPDATA: "C:\\roaming", LOCALAPPDATA: "C:\\local" };
  const windows = serveHelp({ os: "windows", env, columns: 100 });
  assertStringIncludes(windows, "C:\\roaming\\chaski\\chaski.toml\n");
  assertStringIncludes(windows, "C:\\local\\chaski\n");
  const nowhere = serveHelp({ os: "linux", env: {}, columns: 100 });
  assertStringIncludes(nowhere, "none, the home folder is unknown");
});

for (const command of ["list", "info"]) {
  Deno.test(`the help of models ${command} has the options of its own settings`, async () => {
    const text = (await help(100, "models", command)).replace(/\s+/g, " ");
    for (const setting of settings.filter(({ ofModels }) => ofModels)) {
      assertStringIncludes(text, ` ${setting.flag} ${setting.about} (env ${setting.env})`);
    }
    assertStringIncludes(text, " --json ");
  });
}

for (const columns of [80, 100]) {
  Deno.test(`serveHelp() and every other help fit into ${columns} columns`, async () => {
    const commands = [
      ...["serve", "", "codex", "codex config", "doctor codex", "claude", "claude env"],
      ...["models", "models list", "models info", "models pull", "models rm"],
      ...["engine", "engine status", "engine install"],
    ]
      .map((words) => words.split(" ").filter((word) => word !== ""));
    const text = (await Promise.all(commands.map((words) => help(columns, ...words)))).join("");
    const wide = text.split("\n").filter((line) => line.length > columns);
    assertEquals(wide, []);
    assert(text.length > 1000);
  });
}
