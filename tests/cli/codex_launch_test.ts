import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { codexOverrides } from "../../src/cli/codex/provider.ts";
import { assertSignalPassed } from "./client_stage.ts";
import { type Machine, machine } from "./codex_stage.ts";

/** What the codex of the machine was given: its arguments the key, and for what no proxy is. */
async function given({ env }: Machine) {
  const codex = env["CHASKI_CODEX"] ?? "";
  const args = (await Deno.readTextFile(`${codex}.args`)).split("\n").slice(0, -1);
  const [key, exceptions] = (await Deno.readTextFile(`${codex}.env`)).split("\n");
  return { args, key, exceptions };
}

Deno.test("launchCodex() gives Codex the Chaski, then the arguments as they are", async () => {
  await using user = await machine();
  const passed = ["exec", "--json", "-m", "a b", "--api-key", "--", "$HOME"];
  const { code, err } = await user.chaski("codex", "--", ...passed);
  assertEquals([code, err], [0, ""]);
  const overrides = codexOverrides({ url: user.url, model: "tiny", keyed: false, catalogue: true });
  const { args, key } = await given(user);
  assertEquals([args, key], [[...overrides, ...passed], "unset"]);
});

Deno.test("launchCodex() ends with Codex's exit code", async () => {
  await using user = await machine();
  assertEquals((await user.chaski("codex", "--", "exec", "exit 7")).code, 7);
});

Deno.test("launchCodex() hands the key on where one is asked for, from variable or file", async () => {
  await using user = await machine({ models: { tiny: 1 }, key: "sk-1" });
  const keyFile = `${user.home}/key`;
  await Deno.writeTextFile(keyFile, "sk-1\n");
  for (const variable of [{ CHASKI_API_KEY: "sk-1" }, { CHASKI_API_KEY_FILE: keyFile }]) {
    delete user.env["CHASKI_API_KEY"];
    Object.assign(user.env, variable);
    assertEquals((await user.chaski("codex")).code, 0);
    const { args, key } = await given(user);
    assert(args.some((word) => word.includes('env_key="CHASKI_API_KEY"')));
    assertEquals(key, "sk-1");
    await Deno.remove(`${user.env["CHASKI_CODEX"]}.args`);
  }
});

Deno.test("launchCodex() sends the key of a file to the Chaski of the settings alone", async () => {
  await using user = await machine({ models: { tiny: 1 }, key: "sk-1" });
  await Deno.writeTextFile(`${user.home}/key`, "sk-1\n");
  user.env["CHASKI_API_KEY_FILE"] = `${user.home}/key`;
  const { code, err } = await user.chaski("codex", "--url", user.url);
  assertEquals(code, 1);
  assertStringIncludes(err, "asks for a key; set CHASKI_API_KEY");
});

Deno.test("launchCodex() gives a key where the user's own provider asks for one", async () => {
  await using user = await machine();
  await user.write('[model_providers.chaski]\nenv_key = "MISSING"\n');
  assertEquals((await user.chaski("codex")).code, 0);
  const { args, key } = await given(user);
  assert(args.some((word) => word.includes('env_key="CHASKI_API_KEY"')));
  assertEquals(key, "none");
  assertEquals(
    await Deno.readTextFile(user.config),
    '[model_providers.chaski]\nenv_key = "MISSING"\n',
  );
});

Deno.test("launchCodex() leaves out what an older Codex does not start with", async () => {
  await using user = await machine({ models: { tiny: 1 } }, "0.118.0");
  await user.chaski("codex");
  assert(!(await given(user)).args.includes("agents.enabled=false"));
});

Deno.test("launchCodex() calls a model by the name that it is served under", async () => {
  await using user = await machine({ models: { tiny: 1, big: 2 }, aliases: ["TI NY/x"] });
  await user.chaski("codex", "--model", "TI NY/x");
  assert((await given(user)).args.includes('model="tiny"'));
});

Deno.test("launchCodex() lets no proxy stand before Chaski", async () => {
  await using user = await machine();
  Object.assign(user.env, { HTTP_PROXY: "http://proxy:3128", NO_PROXY: "example.org" });
  assertEquals((await user.chaski("codex")).code, 0);
  assertEquals((await given(user)).exceptions, "example.org,127.0.0.1");
});

const FAILURES: [string, Parameters<typeof machine>, string[], string][] = [
  ["no codex", [undefined, null], [], "Cannot find Codex at "],
  ["a codex without a version", [undefined, "x"], [], "Cannot use "],
  ["another web server", [{ other: "web" }], [], "Cannot start Codex: what answers at "],
  [
    "llama-server itself",
    [{ other: "llama-server" }],
    [],
    "Cannot start Codex: llama-server itself",
  ],
  ["a wrong key", [{ models: { tiny: 1 }, key: "k" }], [], "Cannot start Codex: Chaski at "],
  ["no model", [{}], [], "Cannot start Codex: Chaski at "],
  [
    "another model",
    [undefined],
    ["--model", "x"],
    "Cannot start Codex: Chaski does not serve 'x'; there is 'tiny'",
  ],
];

for (const [name, options, argv, sentence] of FAILURES) {
  Deno.test(`launchCodex() says in one sentence that there is ${name}`, async () => {
    await using user = await machine(...options);
    const { code, out, err } = await user.chaski("codex", ...argv);
    assertEquals([code, out], [1, ""]);
    assert(err.startsWith(sentence), err);
    assertEquals(err.trimEnd().split("\n").length, 1);
  });
}

Deno.test("launchCodex() says that nothing answers", async () => {
  await using user = await machine();
  user.env["CHASKI_PORT"] = "1";
  const { code, err } = await user.chaski("codex");
  assertEquals(code, 1);
  assertStringIncludes(err, "nothing answers at http://127.0.0.1:1; start chaski serve");
  delete user.env["CHASKI_CODEX"];
  user.env["PATH"] = user.home;
  assertStringIncludes((await user.chaski("codex")).err, "npm install -g @openai/codex");
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`launchCodex() hands ${signal} to Codex and waits for its end`, async () => {
    await using user = await machine();
    await assertSignalPassed(user, "codex", signal);
  });
}
