/** The real Codex as `chaski codex` starts it, as `chaski codex config` configures it, and `--oss`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { chaskiCommand, cleanEnv, startChaski } from "../chaski_process.ts";
import { emptyHome, execute, type Executed } from "../clients/execute.ts";
import { parseEvents } from "../clients/process.ts";
import { FakeLlama } from "../fake_llama.ts";
import { codexCli } from "./codex_cli.ts";
import { type CodexEvent, completedItems, errorMessages } from "./codex_events.ts";
import { codexEnvironment } from "./codex_process.ts";

const cli = await codexCli();

const EXEC = ["exec", "--json", "--skip-git-repo-check", "Say something."];

/** The one message of a turn; fails when Codex said anything else of its own accord. */
function messageOf({ code, stdout, stderr }: Executed) {
  assertEquals(code, 0, stderr + stdout);
  const events = parseEvents<CodexEvent>(stdout);
  assertEquals(errorMessages(events), []);
  return completedItems(events, "agent_message").map(({ text }) => text);
}

for (const key of [undefined, "test-key"]) {
  Deno.test(`\`chaski codex\` runs a turn and touches no file, ${key ? "with" : "without"} a key`, async () => {
    await using fake = await FakeLlama.start({ nCtx: 32768 });
    const env = key === undefined ? {} : { CHASKI_API_KEY: key };
    await using chaski = await startChaski({ upstream: fake.url, env });
    await using folder = await emptyHome();
    const [command, args] = chaskiCommand(["codex", "--url", chaski.url, "--", ...EXEC]);
    const codex = codexEnvironment(cli, folder);
    const run = await execute(command, args, {
      ...cleanEnv(folder.home, codex),
      ...env,
      CHASKI_CODEX: cli.program,
    });
    assertEquals(messageOf(run), ["Hello from the fake."]);
    const names = await Array.fromAsync(Deno.readDir(folder.home), ({ name }) => name);
    assertEquals(names.includes("config.toml"), false);
    // The lean prompt: without the switches it has 39 KB.
    const [request] = fake.requests;
    assert((request?.bodyText.length ?? Infinity) < 20_000, String(request?.bodyText.length));
    assertStringIncludes(request?.bodyText ?? "", "Say something.");
  });
}

Deno.test("Codex works with what `chaski codex config --write` wrote, and the doctor agrees", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url });
  await using folder = await emptyHome();
  await Deno.writeTextFile(join(folder.home, "config.toml"), '[tui]\ntheme = "dracula"\n');
  const env = {
    ...cleanEnv(folder.home, codexEnvironment(cli, folder)),
    CHASKI_CODEX: cli.program,
  };
  const write = ["codex", "config", "--write", "--url", chaski.url];
  const written = await execute(...chaskiCommand(write), env);
  assertEquals([written.code, written.stderr], [0, ""]);
  assertEquals(messageOf(await execute(cli.program, EXEC, env)), ["Hello from the fake."]);
  const { port } = new URL(chaski.url);
  const doctor = chaskiCommand(["doctor", "codex"]);
  const report = await execute(...doctor, { ...env, CHASKI_PORT: port });
  assertEquals(report.code, 0, report.stdout);
  assert(!/^(?:problem|hint)/m.test(report.stdout), report.stdout);
});

const NAMED = ["-m", "tiny"];

for (
  const [provider, model, any] of [
    ["ollama", NAMED, false],
    ["lmstudio", NAMED, false],
    ["ollama", [], true],
    ["lmstudio", [], true],
  ] as const
) {
  const name = model.length > 0 ? "with a model's name" : "with any name";
  Deno.test(`\`codex --oss\` takes Chaski for ${provider}, ${name}`, async () => {
    await using fake = await FakeLlama.start({ nCtx: 32768 });
    const args = ["--oss", ...any ? ["--default-model", "any"] : []];
    await using chaski = await startChaski({ upstream: fake.url, args });
    await using folder = await emptyHome();
    const oss = [...EXEC, "--oss", "--local-provider", provider, ...model];
    const env = { ...codexEnvironment(cli, folder), CODEX_OSS_BASE_URL: `${chaski.url}/v1` };
    const { code, stdout, stderr } = await execute(cli.program, oss, env);
    assertEquals(code, 0, stderr + stdout);
    const said = completedItems(parseEvents<CodexEvent>(stdout), "agent_message");
    assertEquals(said.map(({ text }) => text), ["Hello from the fake."]);
  });
}

Deno.test("`codex --oss` shows what is served when it asks Ollama for another model", async () => {
  await using fake = await FakeLlama.start();
  await using chaski = await startChaski({ upstream: fake.url, args: ["--oss"] });
  await using folder = await emptyHome();
  const env = { ...codexEnvironment(cli, folder), CODEX_OSS_BASE_URL: `${chaski.url}/v1` };
  const oss = [...EXEC, "--oss", "--local-provider", "ollama"];
  const { code, stderr } = await execute(cli.program, oss, env);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Cannot find the model 'gpt-oss:20b': there is 'tiny'.");
});
