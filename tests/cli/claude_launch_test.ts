import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertSignalPassed, type ClientMachine, clientMachine } from "./client_stage.ts";
import type { FakeServer } from "./client_stage.ts";

/** A claude that writes what it was given beside itself, and ends with the code that it is told. */
const SCRIPT = `#!/bin/sh
if [ "$1" = "--version" ]; then echo "2.1.330 (Claude Code)"; exit 0; fi
for argument in "$@"; do printf '%s\\n' "$argument" >> "$0.args"; done
env > "$0.env"
case "$*" in *"exit 7"*) exit 7;; esac
`;

function machine(
  server: FakeServer = { models: { tiny: 32768 } },
  script: string | null = SCRIPT,
): Promise<ClientMachine> {
  return clientMachine("claude", script, server);
}

/** What the claude of the machine was given. */
async function given({ program }: ClientMachine) {
  const lines = (await Deno.readTextFile(`${program}.env`)).split("\n").slice(0, -1);
  const env = new Map(lines.map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  }));
  const args = await Deno.readTextFile(`${program}.args`).catch(() => "");
  return { env, args: args.split("\n").slice(0, -1) };
}

Deno.test("launchClaude() gives Claude Code the Chaski by its environment, and the arguments as they are", async () => {
  await using user = await machine();
  Object.assign(user.env, {
    ANTHROPIC_API_KEY: "sk-ant-1",
    CLAUDE_CODE_USE_VERTEX: "1",
    MORE: "x",
  });
  const passed = ["-p", "a b", "--api-key", "--", "$HOME"];
  const { code, out, err } = await user.chaski("claude", "--", ...passed);
  assertEquals([code, out, err], [0, "", ""]);
  const { env, args } = await given(user);
  assertEquals(args, passed);
  const names = ["ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_MODEL", "MORE"];
  assertEquals(names.map((name) => env.get(name)), [user.url, "chaski", "tiny", "x"]);
  assertEquals([env.has("ANTHROPIC_API_KEY"), env.has("CLAUDE_CODE_USE_VERTEX")], [false, false]);
});

Deno.test("launchClaude() ends with Claude Code's exit code", async () => {
  await using user = await machine();
  assertEquals((await user.chaski("claude", "--", "-p", "exit 7")).code, 7);
});

Deno.test("launchClaude() hands the key on where one is asked for, from variable or file", async () => {
  await using user = await machine({ models: { tiny: 32768 }, key: "sk-1" });
  await Deno.writeTextFile(`${user.folder}/key`, "sk-1\n");
  for (
    const variable of [{ CHASKI_API_KEY: "sk-1" }, { CHASKI_API_KEY_FILE: `${user.folder}/key` }]
  ) {
    delete user.env["CHASKI_API_KEY"];
    Object.assign(user.env, variable);
    assertEquals((await user.chaski("claude")).code, 0);
    assertEquals((await given(user)).env.get("ANTHROPIC_AUTH_TOKEN"), "sk-1");
  }
});

Deno.test("launchClaude() knows the context of the model that is named", async () => {
  await using user = await machine({ models: { big: 65536, tiny: 20000 }, aliases: ["Big"] });
  for (const [wanted, model, context] of [["Big", "big", "65536"], ["tiny", "tiny", "20000"]]) {
    await user.chaski("claude", "--model", wanted ?? "");
    const { env } = await given(user);
    assertEquals(env.get("ANTHROPIC_DEFAULT_HAIKU_MODEL"), model);
    assertEquals(env.get("CLAUDE_CODE_MAX_CONTEXT_TOKENS"), context);
  }
});

Deno.test("launchClaude() tells of a context that is too small, and starts all the same", async () => {
  await using user = await machine({ models: { tiny: 8192 } });
  const { code, err } = await user.chaski("claude");
  assertEquals(code, 0);
  assertStringIncludes(err, "Note: one slot holds 8192 tokens, and Claude Code wants 16384");
});

const FAILURES: [string, FakeServer, string | null, string[], string][] = [
  ["no claude", { models: { tiny: 1 } }, null, [], "Cannot find Claude Code at "],
  [
    "another web server",
    { other: "web" },
    SCRIPT,
    [],
    "Cannot start Claude Code: what answers at ",
  ],
  [
    "a wrong key",
    { models: { tiny: 1 }, key: "k" },
    SCRIPT,
    [],
    "Cannot start Claude Code: Chaski",
  ],
  [
    "another model",
    { models: { tiny: 1 } },
    SCRIPT,
    ["--model", "x"],
    "Cannot start Claude Code: Chaski does not serve 'x'; there is 'tiny'",
  ],
];

for (const [name, server, script, argv, sentence] of FAILURES) {
  Deno.test(`launchClaude() says in one sentence that there is ${name}`, async () => {
    await using user = await machine(server, script);
    const { code, out, err } = await user.chaski("claude", ...argv);
    assertEquals([code, out], [1, ""]);
    assert(err.startsWith(sentence), err);
    assertEquals(err.trimEnd().split("\n").length, 1);
  });
}

Deno.test("launchClaude() says how to install Claude Code", async () => {
  await using user = await machine();
  delete user.env["CHASKI_CLAUDE"];
  user.env["PATH"] = user.folder;
  const { code, err } = await user.chaski("claude");
  assertEquals(code, 1);
  assertStringIncludes(
    err,
    "install it by npm install -g @anthropic-ai/claude-code, or name it by",
  );
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`launchClaude() hands ${signal} to Claude Code and waits for its end`, async () => {
    await using user = await machine();
    await assertSignalPassed(user, "claude", signal);
  });
}

Deno.test("printClaudeEnvironment() prints the environment, a key only by its variable", async () => {
  await using user = await machine({ models: { tiny: 32768 }, key: "sk-1" });
  await Deno.writeTextFile(`${user.folder}/key`, "sk-1\n");
  user.env["CHASKI_API_KEY_FILE"] = `${user.folder}/key`;
  const { code, out, err } = await user.chaski("claude", "env");
  assertEquals([code, err], [0, "Note: set CHASKI_API_KEY before these lines.\n"]);
  assertStringIncludes(out, `export ANTHROPIC_BASE_URL=${user.url}\n`);
  assertStringIncludes(out, 'export ANTHROPIC_AUTH_TOKEN="$CHASKI_API_KEY"\n');
  assert(!out.includes("sk-1"), out);
});

Deno.test("printClaudeEnvironment() prints nothing where there is no Chaski", async () => {
  await using user = await machine();
  const { code, out, err } = await user.chaski("claude", "env", "--url", "http://127.0.0.1:1");
  assertEquals([code, out], [1, ""]);
  assertStringIncludes(err, "Cannot print the environment: nothing answers at http://127.0.0.1:1");
});

Deno.test("chaski claude refuses what is for Claude Code and stands before the --", async () => {
  await using user = await machine();
  const { code, err } = await user.chaski("claude", "fix");
  assertEquals(code, 2);
  assertStringIncludes(err, "'fix' is for Claude Code: put -- before it");
  const words = await user.chaski("claude", "env", "--", "-p");
  assertEquals(words.code, 2);
  assertStringIncludes(words.err, "arguments for Claude Code go with chaski claude alone");
});
