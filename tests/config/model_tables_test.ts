import { assertEquals, assertRejects } from "@std/assert";
import { type ConfigInput, loadConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/error.ts";
import type { ModelSettings } from "../../src/config/model_tables.ts";
import { fakeFiles } from "./fake_files.ts";

function load(toml: string, input: Partial<ConfigInput> = {}) {
  const readTextFile = fakeFiles({ "/etc/c": toml });
  const flags = { config: "/etc/c", ...input.flags };
  return loadConfig({ env: {}, os: "linux", readTextFile, ...input, flags });
}

const NOTHING: ModelSettings = {
  aliases: [],
  context: null,
  slots: null,
  pin: false,
  preload: false,
  ttl: null,
  gpuLayers: null,
  cacheType: null,
  draft: null,
  args: [],
  thinking: "auto",
  templateFile: null,
  sampling: {},
};

const EVERYTHING = `
[models."unsloth/Qwen3.5-9B:Q4_K_M"]
aliases = ["coder", "gpt-5"]
context = 65536
slots = 2
pin = true
preload = true
ttl = 0
gpu_layers = 99
cache_type = "q8_0"
draft = "Qwen3.5-0.8B"
args = ["--no-mmap", "-t", "8"]
thinking = "off"
template_file = "mine.jinja"

[models."unsloth/Qwen3.5-9B:Q4_K_M".sampling]
temperature = 0.7
top_p = 0.8
top_k = 20
min_p = 0
presence_penalty = 1.5
repeat_penalty = 1.05

[models.bare]
`;

Deno.test("loadConfig() takes every setting of models from their tables", async () => {
  const { models } = await load(EVERYTHING);
  assertEquals(models, {
    "unsloth/Qwen3.5-9B:Q4_K_M": {
      aliases: ["coder", "gpt-5"],
      context: 65_536,
      slots: 2,
      pin: true,
      preload: true,
      ttl: 0,
      gpuLayers: 99,
      cacheType: "q8_0",
      draft: "Qwen3.5-0.8B",
      args: ["--no-mmap", "-t", "8"],
      thinking: "off",
      templateFile: "/etc/mine.jinja",
      sampling: {
        temperature: 0.7,
        top_p: 0.8,
        top_k: 20,
        min_p: 0,
        presence_penalty: 1.5,
        repeat_penalty: 1.05,
      },
    },
    bare: NOTHING,
  });
});

Deno.test("loadConfig() takes the table of a model in one line, under any name", async () => {
  const { models } = await load('models = { "constructor" = { slots = 2 }, x = {} }');
  assertEquals(Object.entries(models).map(([name, { slots }]) => [name, slots]), [
    ["constructor", 2],
    ["x", null],
  ]);
  const spaced = await load('[models."a b"]\nslots = 1\n[models . ab]\nslots = 2');
  assertEquals(Object.values(spaced.models).map(({ slots }) => slots), [1, 2]);
});

const NAME = "expected a model's name of 1 to 200 characters";
const REFUSALS: [string, string, string][] = [
  [
    "a value for all models",
    "models = 1",
    'models in /etc/c, line 1: expected a table [models."NAME"]',
  ],
  ["a list of models", "[[models]]", 'models in /etc/c, line 1: expected a table [models."NAME"]'],
  [
    "a value for a model",
    "[models]\nx = 1",
    'models.x in /etc/c, line 2: expected a table [models."x"]',
  ],
  ["a model without a name", '[models.""]', `models in /etc/c, line 1: ${NAME}`],
  ["a name on two lines", '[models."a\\nb"]', `models in /etc/c, line 1: ${NAME}`],
  ["a long name", `[models.${"x".repeat(201)}]`, `models in /etc/c, line 1: ${NAME}`],
  [
    "a typo",
    '[models."Qwen3.5-9B"]\n\nslot = 2',
    "models.Qwen3.5-9B.slot in /etc/c, line 3: a model has no such setting (did you mean slots?)",
  ],
  [
    "what belongs to sampling",
    "[models.x]\ntop_p = 0.9",
    "models.x.top_p in /etc/c, line 2: a model has no such setting (did you mean sampling.top_p?)",
  ],
  [
    "a typo in sampling",
    "[models.x.sampling]\ntop-k = 1",
    "models.x.sampling.top-k in /etc/c, line 2: a model has no such setting " +
    "(did you mean sampling.top_k?)",
  ],
  [
    "a sub-table that is none",
    "[models.x]\nsampling = 1",
    'models.x.sampling in /etc/c, line 2: expected a table [models."x".sampling]',
  ],
  [
    "a name with a dot that is not quoted",
    "[models.Qwen3.5-9B]\nslots = 1",
    "models.Qwen3.5-9B in /etc/c, line 1: a model has no such setting",
  ],
  [
    "a key given twice",
    '[models."a[b]"]\nslots = 1\nslots = 2',
    "models.a[b].slots in /etc/c, line 2: the key stands there twice",
  ],
  [
    "too many slots",
    "[models.x]\nslots = 65",
    "models.x.slots in /etc/c, line 2: expected a whole number from 1 to 64",
  ],
  [
    "a temperature that is none",
    "[models.x.sampling]\ntemperature = 3",
    "models.x.sampling.temperature in /etc/c, line 2: expected a number from 0 to 2",
  ],
  [
    "an unknown type of the cache",
    '[models.x]\ncache_type = "q6"',
    "models.x.cache_type in /etc/c, line 2: " +
    "expected f16, bf16, f32, q8_0, q5_1, q5_0, q4_1, q4_0 or iq4_nl",
  ],
  [
    "one text for arguments",
    '[models.x]\nargs = "--mlock"',
    "models.x.args in /etc/c, line 2: expected a list of texts",
  ],
  [
    "an empty alias",
    '[models.x]\naliases = [" "]',
    "models.x.aliases in /etc/c, line 2: expected a name of 1 to 200 characters",
  ],
  [
    "a template with ~",
    '[models.x]\ntemplate_file = "~/t"',
    "models.x.template_file in /etc/c, line 2: expected a path written out in full, without ~",
  ],
];

for (const [what, toml, sentence] of REFUSALS) {
  Deno.test(`loadConfig() refuses ${what}`, async () => {
    const { message } = await assertRejects(() => load(toml), ConfigError);
    assertEquals(message, `Cannot use ${sentence}`);
  });
}

Deno.test("loadConfig() takes 256 models, and no more", async () => {
  const tables = (count: number) =>
    Array.from({ length: count }, (_, i) => `[models.m${i}]`).join("\n");
  assertEquals(Object.keys((await load(tables(256))).models).length, 256);
  const { message } = await assertRejects(() => load(tables(257)), ConfigError);
  assertEquals(message, "Cannot use models in /etc/c, line 1: expected at most 256 tables");
});

Deno.test("loadConfig() takes models from the file alone", async () => {
  const { models, warnings } = await load("", { env: { CHASKI_MODELS: "x" } });
  assertEquals(models, {});
  assertEquals(warnings.length, 1);
});

const BOTH: [string, Partial<ConfigInput>, string, boolean][] = [
  ["neither", {}, "", false],
  ["folders alone", { flags: { models_dir: ["/m"] } }, "", false],
  ["llama-server alone", {}, 'upstream = "http://a"', true],
  ["both in one layer", {}, 'upstream = "http://a"\nmodels_dir = ["/m"]', true],
  ["folders above", { flags: { models_dir: ["/m"] } }, 'upstream = "http://a"', false],
  [
    "llama-server above",
    { flags: { upstream: "http://a" }, env: { CHASKI_MODELS_DIR: "/m" } },
    "",
    true,
  ],
];

for (const [what, input, toml, given] of BOTH) {
  Deno.test(`loadConfig() says who answers where there is ${what}`, async () => {
    assertEquals((await load(toml, input)).upstream, given ? "http://a" : undefined);
  });
}

Deno.test("loadConfig() refuses llama-server and folders side by side as options", async () => {
  const flags = { upstream: "http://a", models_dir: ["/m"] };
  const { message } = await assertRejects(() => load("", { flags }), ConfigError);
  assertEquals(message, "Cannot use --upstream together with --models-dir: drop one of the two");
});
