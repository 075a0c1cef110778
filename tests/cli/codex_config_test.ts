import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { codexToml } from "../../src/cli/codex/provider.ts";
import { machine } from "./codex_stage.ts";

/** Names in the home, sorted. */
async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("codexConfig() prints the block with the first model of the Chaski of the settings", async () => {
  await using user = await machine({ models: { "Qwen 3": 1, other: 2 } });
  const { code, out, err } = await user.chaski("codex", "config");
  assertEquals([code, err], [0, ""]);
  assertEquals(out, codexToml({ url: user.url, model: "Qwen 3", keyed: false, catalogue: true }));
  assertEquals(await names(user.home), []);
});

Deno.test("codexConfig() names the address and the model that it is told, by its own name", async () => {
  await using user = await machine({ models: { tiny: 1 }, aliases: ["TINY"] });
  user.env["CHASKI_PORT"] = "1";
  const { out, err } = await user.chaski(
    "codex",
    "config",
    "--url",
    `${user.url}/v1/`,
    "--model",
    "TINY",
  );
  assertEquals([out, err], [
    codexToml({ url: user.url, model: "tiny", keyed: false, catalogue: true }),
    "",
  ]);
});

Deno.test("codexConfig() notices that a key is asked for", async () => {
  await using user = await machine({ models: { tiny: 1 }, key: "sk-1" });
  const without = await user.chaski("codex", "config", "--model", "x");
  assertEquals(without.out, codexToml({ url: user.url, model: "x", keyed: true, catalogue: true }));
  assertStringIncludes(without.err, "asks for a key; set CHASKI_API_KEY");
  user.env["CHASKI_API_KEY"] = "sk-1";
  const { out, err } = await user.chaski("codex", "config");
  assertEquals([out, err], [
    codexToml({ url: user.url, model: "tiny", keyed: true, catalogue: true }),
    "",
  ]);
});

Deno.test("codexConfig() prints also where nothing answers, and says so", async () => {
  await using user = await machine();
  user.env["CHASKI_PORT"] = "1";
  const { code, out, err } = await user.chaski("codex", "config");
  assertEquals(code, 0);
  assertStringIncludes(out, 'model = "MODEL_NAME"\n');
  assertStringIncludes(err, "Note: nothing answers at http://127.0.0.1:1; start chaski serve");
});

Deno.test("codexConfig() writes into a folder that is not there, and nothing the second time", async () => {
  await using user = await machine();
  await Deno.remove(user.home);
  const first = await user.chaski("codex", "config", "--write");
  assertEquals([first.code, first.err], [0, ""]);
  assertStringIncludes(first.out, user.config);
  const text = await Deno.readTextFile(user.config);
  assertEquals(text, codexToml({ url: user.url, model: "tiny", keyed: false, catalogue: true }));
  const second = await user.chaski("codex", "config", "--write");
  assertStringIncludes(second.out, "Nothing to change");
  assertEquals(await names(user.home), ["config.toml"]);
  if (Deno.build.os !== "windows") {
    assertEquals((await Deno.stat(user.config)).mode! & 0o777, 0o600);
  }
});

Deno.test("codexConfig() backs up what was there, and keeps bytes and permissions", async () => {
  await using user = await machine();
  const before = "\uFEFF# ünïcode\r\nmodel = 'x' # why\r\n\r\n[tui]\r\ntheme = \"a\"\r\n";
  await user.write(before);
  await Deno.chmod(user.config, 0o640);
  const { code, out } = await user.chaski("codex", "config", "--write");
  assertEquals(code, 0);
  const [backup = "", ...others] = (await names(user.home)).filter((name) => name.endsWith(".bak"));
  assertEquals(others, []);
  assertStringIncludes(out, backup);
  const bytes = await Deno.readFile(join(user.home, backup));
  assertEquals([...bytes], [...new TextEncoder().encode(before)]);
  const after = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    await Deno.readFile(user.config),
  );
  assert(after.startsWith('\uFEFF# ünïcode\r\nmodel = "tiny" # why\r\n'), after);
  for (const path of [user.config, join(user.home, backup)]) {
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o640);
  }
  assertEquals((await names(user.home)).length, 2, "no scratch file is left");
});

Deno.test("codexConfig() changes the file behind a link, and leaves the link", async () => {
  await using user = await machine();
  const real = join(user.home, "dotfiles.toml");
  await Deno.writeTextFile(real, "[tui]\n");
  await Deno.symlink(real, user.config);
  assertEquals((await user.chaski("codex", "config", "--write")).code, 0);
  assertEquals((await Deno.lstat(user.config)).isSymlink, true);
  assertStringIncludes(await Deno.readTextFile(real), 'model = "tiny"');
});

const REFUSED: [string, string | Uint8Array, string][] = [
  [
    "an inline table",
    "model_providers = { a = { name = 'x' } }\n",
    "line 1: model_providers is an",
  ],
  ["what is no TOML", "secret = sk-1 2\n", "line 1: this is not valid TOML"],
  ["what is no UTF-8", Uint8Array.of(0x61, 0xff), "it is not UTF-8"],
  ["what is too large", "#".repeat(1024 * 1024 + 1), "it is larger than 1 MiB"],
];

for (const [name, content, reason] of REFUSED) {
  Deno.test(`codexConfig() refuses ${name} and leaves the file`, async () => {
    await using user = await machine();
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(user.config, bytes);
    const { code, out, err } = await user.chaski("codex", "config", "--write");
    assertEquals([code, out], [1, ""]);
    assert(err.startsWith(`Cannot write ${user.config}: ${reason}`), err);
    assert(!err.includes("sk-1"), err);
    assertEquals((await Deno.readFile(user.config)).length, bytes.length);
    assertEquals(await names(user.home), ["config.toml"]);
  });
}

Deno.test("codexConfig() refuses a folder, and a link to nowhere", async () => {
  await using user = await machine();
  await Deno.mkdir(user.config);
  const folder = await user.chaski("codex", "config", "--write");
  assertEquals([folder.code, folder.err], [1, `Cannot write ${user.config}: it is a folder\n`]);
  await Deno.remove(user.config);
  await Deno.symlink(join(user.home, "nowhere"), user.config);
  const link = await user.chaski("codex", "config", "--write");
  assertEquals(link.code, 1);
  assertStringIncludes(link.err, "it is a link to a file that is not there");
});

Deno.test("codexConfig() writes no model's name that it does not know", async () => {
  await using user = await machine();
  user.env["CHASKI_PORT"] = "1";
  const without = await user.chaski("codex", "config", "--write");
  assertEquals([without.code, await names(user.home)], [1, []]);
  assertStringIncludes(without.err, "Cannot learn the model's name: nothing answers");
  assertEquals((await user.chaski("codex", "config", "--write", "--model", "x")).code, 0);
  assertStringIncludes(await Deno.readTextFile(user.config), 'model = "x"');
});

const WRONG: [string[], string][] = [
  [["codex", "config", "--url", "ftp://x"], "Cannot use --url: expected a URL that starts with"],
  [["codex", "config", "--url", "http://a:b@x"], "Cannot use --url: expected a URL without cred"],
  [["codex", "config", "--", "x"], "Cannot run chaski: arguments for Codex go with chaski codex"],
  [["codex", "exec", "hi"], "Cannot run chaski: 'exec' is for Codex: put -- before it"],
  [["codex", "--nope"], "Cannot run chaski: unknown option '--nope'"],
  [["codex", "--api-key=x"], "Cannot take a key as an argument (--api-key)"],
  [["doctor", "nobody"], "Cannot run chaski: unknown command 'nobody'"],
  [["codex", "--url"], "Cannot run chaski: option '--url <url>' argument missing"],
];

for (const [argv, sentence] of WRONG) {
  Deno.test(`run() refuses [${argv}] with exit code 2`, async () => {
    await using user = await machine();
    const { code, out, err } = await user.chaski(...argv);
    assertEquals([code, out], [2, ""]);
    assert(err.startsWith(sentence), err);
  });
}
