import { assert, assertEquals } from "@std/assert";
import { codexToml } from "../../src/cli/codex/provider.ts";
import type { FakeServer } from "./client_stage.ts";
import { type Machine, machine } from "./codex_stage.ts";

/** The lines of the report by level, and the exit code. */
async function doctor(user: Machine, ...argv: string[]) {
  const { code, out, err } = await user.chaski("doctor", "codex", ...argv);
  assertEquals(err, "");
  const lines = out.trimEnd().split("\n");
  assert(lines.every((line) => /^(?:ok {5}|problem|hint {3}) \S/.test(line)), out);
  const of = (level: string) =>
    lines.filter((line) => line.startsWith(level)).map((l) => l.slice(8));
  return { code, oks: of("ok"), problems: of("problem"), hints: of("hint") };
}

function printed(user: Machine, keyed = false): string {
  return codexToml({ url: user.url, model: "tiny", keyed, catalogue: true });
}

Deno.test("doctorCodex() has nothing to say about what chaski codex config writes", async () => {
  await using user = await machine();
  await user.chaski("codex", "config", "--write");
  const { code, oks, problems, hints } = await doctor(user);
  assertEquals([code, problems, hints], [0, [], []]);
  assertEquals(oks, [
    "codex 0.169.0",
    `${user.config} is there`,
    `provider "chaski" at ${user.url}/v1`,
    `Chaski answers at ${user.url}`,
    "no key is asked for",
    'model "tiny" is served with 4096 tokens of context',
  ]);
});

/** An edit of a good configuration, and the one line that it causes; `{url}` is the Chaski's. */
interface Mistake {
  name: string;
  edit: (toml: string, user: Machine) => string;
  line: string;
  server?: FakeServer;
}

const replace = (from: string | RegExp, to: string) => (toml: string) => toml.replace(from, to);
const added = (line: string) => (toml: string) => `${line}\n${toml}`;

const PROBLEMS: Mistake[] = [
  {
    name: "no model_provider",
    edit: replace(/^model_provider = .*\n/m, ""),
    line: "model_provider is not set, so Codex asks OpenAI; run chaski codex config --write",
  },
  {
    name: "Codex's own provider",
    edit: replace('model_provider = "chaski"', 'model_provider = "openai"'),
    line: 'model_provider is "openai", Codex\'s own, which asks OpenAI; run chaski',
  },
  {
    name: "the provider of --oss",
    edit: replace('model_provider = "chaski"', 'model_provider = "ollama"'),
    line: 'model_provider is "ollama", which is for codex --oss; run chaski',
  },
  {
    name: "a provider without a table",
    edit: replace('model_provider = "chaski"', 'model_provider = "toString"'),
    line: 'model_provider is "toString", but [model_providers.toString] is missing; run chaski',
  },
  {
    name: "wire_api chat",
    edit: replace('wire_api = "responses"', 'wire_api = "chat"'),
    line: 'wire_api is "chat", which Codex has given up; set "responses"',
  },
  {
    name: "a base_url without /v1",
    edit: (toml, { url }) => toml.replace(`base_url = "${url}/v1"`, `base_url = "${url}"`),
    line: 'base_url "{url}" does not end in /v1; add it',
  },
  {
    name: "no base_url",
    edit: replace(/^base_url = .*\n/m, ""),
    line: "the provider has no base_url; run chaski codex config --write",
  },
  {
    name: "a base_url that is none",
    edit: replace(/^base_url = .*$/m, 'base_url = "localhost/v1"'),
    line: 'base_url "localhost/v1" is no address; it looks like',
  },
  {
    name: "another port",
    edit: (toml, { url }) => toml.replaceAll(url, "http://127.0.0.1:1"),
    line:
      'nothing answers at http://127.0.0.1:1; Chaski answers at {url}: set base_url = "{url}/v1"',
  },
  {
    name: "llama-server itself",
    edit: (toml) => toml,
    server: { other: "llama-server" },
    line: "base_url leads to llama-server itself; Codex needs Chaski in between; start chaski",
  },
  {
    name: "another web server",
    edit: (toml) => toml,
    server: { other: "web" },
    line: "what answers at {url} is not Chaski; start chaski serve",
  },
  {
    name: "no key",
    edit: (toml) => toml,
    server: { models: { tiny: 1 }, key: "sk-1" },
    line: "Chaski refuses the key that Codex sends (401); set it to the one",
  },
  {
    name: "no credential at all",
    edit: replace(/^experimental_bearer_token.*\n/m, ""),
    server: { models: { tiny: 1 }, key: "sk-1" },
    line: 'Chaski asks for a key and Codex sends none (401); set env_key = "CHASKI_API_KEY"',
  },
  {
    name: "a key variable that is not set",
    edit: (_toml, user) => printed(user, true),
    line: "env_key names CHASKI_API_KEY, which is not set here; export CHASKI_API_KEY=…",
  },
  {
    name: "no model",
    edit: replace(/^model = .*\n/m, ""),
    line: "model is not set; there is 'tiny'",
  },
  {
    name: "another model",
    edit: replace('model = "tiny"', 'model = "gpt-5"'),
    line: "model \"gpt-5\" is not served; there is 'tiny'",
  },
  {
    name: "a llama-server that is down",
    edit: (toml) => toml,
    server: {},
    line: "it has no model: it is asleep",
  },
  {
    name: "a context window that is too large",
    edit: added("model_context_window = 5000"),
    line: "model_context_window is 5000, but one slot holds 4096: Codex would compact too late",
  },
];

for (const { name, edit, line, server } of PROBLEMS) {
  Deno.test(`doctorCodex() tells of ${name} and how to mend it`, async () => {
    await using user = await machine(server);
    await user.write(edit(printed(user), user));
    const { code, problems } = await doctor(user);
    assertEquals([code, problems.length], [1, 1], problems.join("\n"));
    assert(problems[0]?.startsWith(line.replaceAll("{url}", user.url)), problems[0]);
  });
}

const HINTS: Mistake[] = [
  {
    name: "a provider named OpenAI",
    edit: replace('name = "Chaski"', 'name = "OpenAI"'),
    line: 'the provider is named "OpenAI": Codex then leaves compaction to the server',
  },
  {
    name: "no catalogue",
    edit: replace(/^model_catalog_url.*\n/m, ""),
    line: "without model_catalog_url the context is guessed as 272000",
  },
  {
    name: "no credential for the catalogue",
    edit: replace(/^experimental_bearer_token.*\n/m, ""),
    line: "without a credential Codex fetches no catalogue",
  },
  {
    name: "the catalogue of another",
    edit: replace(/^model_catalog_url = .*$/m, 'model_catalog_url = "http://x/v1/models"'),
    line: 'model_catalog_url is "http://x/v1/models"; Chaski\'s is {url}/v1/models',
  },
  {
    name: "a web search",
    edit: replace(/^web_search.*\n/m, ""),
    line: "the model is offered a web search that nobody runs; set web_search",
  },
  {
    name: "little patience",
    edit: replace("stream_idle_timeout_ms = 600000", "stream_idle_timeout_ms = 5000"),
    line: "stream_idle_timeout_ms is 5000: long prompts may be cut; set 600000",
  },
  {
    name: "a model's name in other case",
    edit: replace('model = "tiny"', 'model = "TINY"'),
    server: { models: { tiny: 1 }, aliases: ["TINY"] },
    line: 'model "TINY" is served as "tiny"; the catalogue knows it by that name alone',
  },
];

for (const { name, edit, line, server } of HINTS) {
  Deno.test(`doctorCodex() hints at ${name}`, async () => {
    await using user = await machine(server);
    await user.write(edit(printed(user), user));
    const { code, problems, hints } = await doctor(user);
    assertEquals([code, problems, hints.length], [0, [], 1], hints.join("\n"));
    assert(hints[0]?.startsWith(line.replaceAll("{url}", user.url)), hints[0]);
  });
}

const VERSIONS: [string | null, string, string][] = [
  [null, "problem", "Cannot find Codex at "],
  ["0.99.0", "problem", "codex 0.99.0 is too old for Responses; update it: codex update"],
  ["0.145.2", "hint", "codex 0.145.2 fetches no catalogue (0.166 does): no apply_patch, and"],
  ["0.166.0-alpha.3", "ok", "codex 0.166.0-alpha.3"],
  ["1.0.0", "ok", "codex 1.0.0"],
];

for (const [version, level, line] of VERSIONS) {
  Deno.test(`doctorCodex() knows what codex ${version} can do`, async () => {
    await using user = await machine(undefined, version);
    await user.write(printed(user));
    const { code, oks, problems, hints } = await doctor(user);
    assertEquals(code, level === "problem" ? 1 : 0);
    const said = { ok: oks, problem: problems, hint: hints }[level] ?? [];
    assert(said[0]?.startsWith(line), said[0]);
  });
}

Deno.test("doctorCodex() tells of a file that is not there or cannot be read", async () => {
  await using user = await machine();
  const missing = await doctor(user);
  assertEquals([missing.code, missing.problems], [1, [
    `cannot read ${user.config}: there is no such file; run chaski codex config --write`,
  ]]);
  await user.write("token = 'sk-1' x\n");
  const broken = await doctor(user);
  assertEquals([broken.code, broken.problems], [1, [
    `cannot read ${user.config}: line 1: this is not valid TOML; mend it, Codex cannot start`,
  ]]);
});

Deno.test("doctorCodex() looks at a profile over the file", async () => {
  await using user = await machine();
  await user.write(printed(user).replace(/^model_provider.*\n/m, ""));
  assertEquals((await doctor(user)).code, 1);
  await user.write('model_provider = "chaski"\n', "local.config.toml");
  const { code, oks } = await doctor(user, "--profile", "local");
  assertEquals(code, 0);
  assert(oks[1]?.endsWith("local.config.toml is there"), oks[1]);
  const missing = await doctor(user, "--profile", "other");
  assert(missing.problems[0]?.includes("other.config.toml: there is no such file"));
});

Deno.test("doctorCodex() hints at a proxy that stands before Chaski", async () => {
  await using user = await machine();
  await user.write(printed(user));
  user.env["HTTP_PROXY"] = "http://proxy:3128";
  const { code, hints } = await doctor(user);
  assertEquals([code, hints], [0, [
    "HTTP_PROXY is set, so Codex asks the proxy for Chaski; add 127.0.0.1 to NO_PROXY",
  ]]);
  user.env["no_proxy"] = "example.org, 127.0.0.1";
  assertEquals((await doctor(user)).hints, []);
});

Deno.test("doctorCodex() finds the key that fits", async () => {
  await using user = await machine({ models: { tiny: 1 }, key: "sk-1" });
  user.env["CHASKI_API_KEY"] = "sk-1";
  await user.write(printed(user, true));
  const { code, oks } = await doctor(user);
  assertEquals([code, oks.includes("the key fits")], [0, true]);
});

Deno.test("doctorCodex() prints no control characters of others, and no key", async () => {
  await using user = await machine({ models: { "a\x1b[2Jb": 1 }, key: "sk-1" });
  await user.write(printed(user).replace('"none"', '"sk-1"'));
  const { out } = await user.chaski("doctor", "codex");
  assert(out.includes("there is 'a [2Jb'"), out);
  assert(!/[^\P{Cc}\n]/u.test(out) && !out.includes("sk-1"), out);
});
