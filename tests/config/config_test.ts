import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { type Config, type ConfigInput, loadConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/error.ts";
import { otherVariables } from "../../src/config/layers.ts";
import { settings } from "../../src/config/schema.ts";
import { fakeFiles } from "./fake_files.ts";

const FILE = "/home/ann/.config/chaski/chaski.toml";

/** Loads for Ann on Linux, with `toml` at the default location. */
function load(
  { toml, ...input }: Partial<ConfigInput> & { toml?: string | Error },
): Promise<Config> {
  const files = toml === undefined ? {} : { [FILE]: toml };
  const env = { HOME: "/home/ann", ...input.env };
  return loadConfig({ flags: {}, os: "linux", readTextFile: fakeFiles(files), ...input, env });
}

const DEFAULTS: Config = {
  slotFilesMb: 4096,
  host: "127.0.0.1",
  port: 8484,
  oss: false,
  auth: true,
  dataDir: "/home/ann/.local/share/chaski",
  modelsDirs: [],
  maxModels: 0,
  memoryMb: 0,
  modelTtl: 900,
  models: {},
  images: "omit",
  reasoningEvents: "summary",
  progress: true,
  logLevel: "info",
  logFormat: "auto",
  limits: { bodyMb: 64, jsonDepth: 128, queue: 256 },
  timeouts: { grace: 10, connect: 10, firstByte: 1200, stall: 120, load: 1200 },
  store: "on",
  retention: { days: 30, responses: 10_000, mb: 1024 },
  warnings: [],
};

Deno.test("loadConfig() gives the defaults where nothing is set", async () => {
  assertEquals(await load({}), DEFAULTS);
});

const EVERYTHING: Config = {
  upstream: "https://models.example/llama",
  slotFilesMb: 7,
  upstreamKey: "sk-up",
  llamaServer: "/opt/llama-server",
  adminKey: "sk-admin",
  defaultModel: "any",
  host: "::1",
  port: 0,
  oss: true,
  auth: true,
  apiKey: "sk-api",
  dataDir: "/srv/chaski",
  modelsDirs: ["/models", "/more"],
  maxModels: 3,
  memoryMb: 16_000,
  modelTtl: 0,
  models: {},
  images: "refuse",
  reasoningEvents: "text",
  progress: false,
  logLevel: "debug",
  logFormat: "json",
  limits: { bodyMb: 1, jsonDepth: 16, queue: 0 },
  timeouts: { grace: 0, connect: 0.5, firstByte: 30, stall: 2.5, load: 60 },
  store: "never",
  retention: { days: 1, responses: 5, mb: 7 },
  warnings: [],
};

/** Every key with a value other than its default. */
const VALUES: Readonly<Record<string, string | number | boolean | readonly string[]>> = {
  upstream: "https://models.example/llama/v1/",
  upstream_key_file: "/keys/up",
  llama_server: "/opt/llama-server",
  default_model: "any",
  host: "[::1]",
  port: 0,
  oss: true,
  auth: true,
  api_key_file: "/keys/api",
  admin_key_file: "/keys/admin",
  data_dir: "/srv/chaski",
  models_dir: ["/models", "/more"],
  max_models: 3,
  memory_mb: 16_000,
  model_ttl: 0,
  slot_files_mb: 7,
  images: "refuse",
  reasoning_events: "text",
  store: "never",
  progress: false,
  log_level: "debug",
  log_format: "json",
  "limits.body_mb": 1,
  "limits.json_depth": 16,
  "limits.queue": 0,
  "timeouts.grace": 0,
  "timeouts.connect": 0.5,
  "timeouts.first_byte": 30,
  "timeouts.stall": 2.5,
  "timeouts.load": 60,
  "retention.days": 1,
  "retention.responses": 5,
  "retention.mb": 7,
};

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(":") : String(value);
}

/** An option that may stand there several times is a list. */
function flagOf(value: unknown): string | string[] {
  return Array.isArray(value) ? value : String(value);
}

const KEY_FILES = { "/keys/up": "sk-up", "/keys/api": "sk-api", "/keys/admin": "sk-admin" };

Deno.test("loadConfig() takes every setting from the config file", async () => {
  const toml = Object.entries(VALUES).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const readTextFile = fakeFiles({ ...KEY_FILES, [FILE]: toml.join("\n") });
  assertEquals(await load({ readTextFile }), { ...EVERYTHING, configFile: FILE });
});

Deno.test("loadConfig() takes every setting from the environment", async () => {
  const env = Object.fromEntries(
    settings.map(({ env, key }) => [env, textOf(VALUES[key])]),
  );
  assertEquals(await load({ env, readTextFile: fakeFiles(KEY_FILES) }), EVERYTHING);
});

Deno.test("loadConfig() takes every setting that has an option from there", async () => {
  const flags = Object.fromEntries(
    settings.filter(({ flag, key }) => flag && key !== "upstream")
      .map(({ key }) => [key, flagOf(VALUES[key])]),
  );
  const config = await load({ flags, readTextFile: fakeFiles(KEY_FILES) });
  const { modelTtl, slotFilesMb, images, reasoningEvents, progress } = DEFAULTS;
  const { upstream: _, ...withOptions } = EVERYTHING;
  const { limits, timeouts, store, retention } = DEFAULTS;
  assertEquals(config, {
    ...withOptions,
    ...{ modelTtl, slotFilesMb, images, reasoningEvents, progress },
    ...{ limits, timeouts, store, retention },
  });
});

Deno.test("loadConfig() lets options win over variables, variables over the file", async () => {
  const toml = "port = 1";
  const env = { CHASKI_PORT: "2" };
  const flags = { port: "3" };
  assertEquals((await load({ toml })).port, 1);
  assertEquals((await load({ toml, env })).port, 2);
  assertEquals((await load({ toml, env, flags })).port, 3);
  assertEquals((await load({ toml, flags })).port, 3);
  assertEquals((await load({ env, flags })).port, 3);
});

Deno.test("loadConfig() counts an empty variable as unset", async () => {
  const env = { CHASKI_PORT: "", CHASKI_HOST: " ", CHASKI_AUTH: "", CHASKI_CONFIG: "" };
  assertEquals(await load({ env }), DEFAULTS);
});

Deno.test("loadConfig() reads the config file from the option, then the variable", async () => {
  const readTextFile = fakeFiles({ "/a": "port = 1", "/b": "port = 2", [FILE]: "port = 3" });
  const env = { CHASKI_CONFIG: "/b" };
  const both = await load({ readTextFile, env, flags: { config: "/a" } });
  assertEquals([both.port, both.configFile], [1, "/a"]);
  const variable = await load({ readTextFile, env });
  assertEquals([variable.port, variable.configFile], [2, "/b"]);
  const neither = await load({ readTextFile });
  assertEquals([neither.port, neither.configFile], [3, FILE]);
});

Deno.test("loadConfig() sees paths of the config file from its folder, others as given", async () => {
  const toml = 'data_dir = "data"';
  assertEquals((await load({ toml })).dataDir, "/home/ann/.config/chaski/data");
  assertEquals((await load({ toml, env: { CHASKI_DATA_DIR: "here" } })).dataDir, "here");
  assertEquals((await load({ toml, flags: { data_dir: "there" } })).dataDir, "there");
});

Deno.test("loadConfig() finds variables on Windows in any case", async () => {
  const env = { Chaski_Port: "9", LocalAppData: "D:\\local" };
  const config = await load({ os: "windows", env });
  assertEquals([config.port, config.dataDir], [9, "D:\\local\\chaski"]);
});

Deno.test("loadConfig() reads a config file with a byte order mark", async () => {
  assertEquals((await load({ toml: "\uFEFFport = 1" })).port, 1);
});

Deno.test("loadConfig() takes lists of paths as each layer has them", async () => {
  const dirs = async (input: Parameters<typeof load>[0]) => (await load(input)).modelsDirs;
  assertEquals(await dirs({ toml: 'models_dir = ["gguf", "/srv"]' }), [
    "/home/ann/.config/chaski/gguf",
    "/srv",
  ]);
  assertEquals(await dirs({ env: { CHASKI_MODELS_DIR: "/a::/b c:" } }), ["/a", "/b c"]);
  assertEquals(await dirs({ os: "windows", env: { CHASKI_MODELS_DIR: "D:\\a;b" } }), [
    "D:\\a",
    "b",
  ]);
  assertEquals(await dirs({ flags: { models_dir: ["x"] }, toml: 'models_dir = ["/y"]' }), ["x"]);
});

const WHOLE_PORT = "expected a whole number from 0 to 65535";
const REFUSALS: [string, Parameters<typeof load>[0], string][] = [
  ["an option that is no number", { flags: { port: "x" } }, `Cannot use --port: ${WHOLE_PORT}`],
  ["an empty option", { flags: { port: "" } }, `Cannot use --port: ${WHOLE_PORT}`],
  ["a fraction", { flags: { port: "80.5" } }, `Cannot use --port: ${WHOLE_PORT}`],
  [
    "a port out of range",
    { env: { CHASKI_PORT: "65536" } },
    `Cannot use CHASKI_PORT: ${WHOLE_PORT}`,
  ],
  ["a number in hex", { env: { CHASKI_PORT: "0x50" } }, `Cannot use CHASKI_PORT: ${WHOLE_PORT}`],
  [
    "a number as text",
    { toml: '\nport = "80"' },
    `Cannot use port in ${FILE}, line 2: ${WHOLE_PORT}`,
  ],
  [
    "a number that is none",
    { toml: "port = nan" },
    `Cannot use port in ${FILE}, line 1: ${WHOLE_PORT}`,
  ],
  ["a date", { toml: "host = 2026-01-01" }, `Cannot use host in ${FILE}, line 1: expected text`],
  [
    "a table for a value",
    { toml: "[host]\nport = 1" },
    `Cannot use host in ${FILE}, line 1: expected text`,
  ],
  [
    "infinite patience",
    { toml: "[timeouts]\nstall = inf" },
    `Cannot use timeouts.stall in ${FILE}, line 2: expected a number from 0.1 to 86400`,
  ],
  [
    "a body without bounds",
    { env: { CHASKI_LIMITS_BODY_MB: "1e9" } },
    "Cannot use CHASKI_LIMITS_BODY_MB: expected a whole number from 1 to 1024",
  ],
  [
    "a word of yes",
    { env: { CHASKI_AUTH: "yes" } },
    "Cannot use CHASKI_AUTH: expected true or false",
  ],
  [
    "an object's own name as truth",
    { env: { CHASKI_AUTH: "constructor" } },
    "Cannot use CHASKI_AUTH: expected true or false",
  ],
  [
    "an unknown choice",
    { env: { CHASKI_IMAGES: "drop" } },
    "Cannot use CHASKI_IMAGES: expected omit or refuse",
  ],
  [
    "an unknown level",
    { flags: { log_level: "trace" } },
    "Cannot use --log-level: expected debug, info, warn or error",
  ],
  [
    "a default model by name",
    { flags: { default_model: "qwen" } },
    "Cannot use --default-model: expected any",
  ],
  [
    "credentials in the upstream, without repeating them",
    { flags: { upstream: "http://ann:secret@host" } },
    "Cannot use --upstream: credentials do not belong in a URL; set CHASKI_UPSTREAM_KEY instead",
  ],
  [
    "a host with a port",
    { flags: { host: "localhost:80" } },
    "Cannot use --host: expected a name or an IP address to listen on, without scheme and port",
  ],
  [
    "a path with ~",
    { toml: 'data_dir = "~/data"' },
    `Cannot use data_dir in ${FILE}, line 1: expected a path written out in full, without ~`,
  ],
  [
    "one path for a list",
    { toml: 'models_dir = "/models"' },
    `Cannot use models_dir in ${FILE}, line 1: expected a list of paths`,
  ],
  [
    "a list with a path with ~",
    { flags: { models_dir: ["/models", "~/models"] } },
    "Cannot use --models-dir: expected a path written out in full, without ~",
  ],
  [
    "a wrong value that another one wins over",
    { toml: "port = true", flags: { port: "1" } },
    `Cannot use port in ${FILE}, line 1: ${WHOLE_PORT}`,
  ],
  [
    "a config file that is not there but named",
    { flags: { config: "/none" } },
    "Cannot read the config file /none: there is no such file",
  ],
  [
    "a config file that is not there but named by the variable",
    { env: { CHASKI_CONFIG: "/none" } },
    "Cannot read the config file /none: there is no such file",
  ],
  [
    "a config file it may not read, also at the default location",
    { toml: new Deno.errors.PermissionDenied("os error 13") },
    `Cannot read the config file ${FILE}: permission denied`,
  ],
  [
    "auth off beside an API key",
    { flags: { auth: false }, env: { CHASKI_API_KEY: "sk-secret" } },
    "Cannot use --no-auth together with an API key (CHASKI_API_KEY): drop one of the two",
  ],
  [
    "auth off in the file beside a key file",
    {
      toml: "auth = false",
      flags: { api_key_file: "/key" },
      readTextFile: fakeFiles({ "/key": "sk-secret", [FILE]: "auth = false" }),
    },
    `Cannot use auth in ${FILE}, line 1 together with an API key (--api-key-file): ` +
    "drop one of the two",
  ],
];

for (const [what, input, message] of REFUSALS) {
  Deno.test(`loadConfig() refuses ${what}`, async () => {
    assertEquals((await assertRejects(() => load(input), ConfigError)).message, message);
  });
}

Deno.test("loadConfig() does without a home folder", async () => {
  assertEquals((await load({ env: { HOME: "" } })).dataDir, undefined);
});

Deno.test("loadConfig() takes a data folder that is told where there is no home", async () => {
  const config = await load({ env: { HOME: "", CHASKI_DATA_DIR: "/data" } });
  assertEquals([config.dataDir, config.configFile], ["/data", undefined]);
});

Deno.test("loadConfig() warns about unknown variables, and about nothing else", async () => {
  const env = {
    CHASKI_PROT: "1",
    CHASKI_SERVICE_HOST: "10.0.0.1",
    CHASKIPORT: "1",
    PORT: "1",
    CHASKI_DEBUG: "1",
    CHASKI_UPSTREAM_KEY: "sk-up",
    CHASKI_ADMIN_KEY: "sk-admin",
  };
  assertEquals((await load({ env })).warnings, [
    "Ignoring CHASKI_PROT: there is no such setting (did you mean CHASKI_PORT?)",
    "Ignoring CHASKI_SERVICE_HOST: there is no such setting",
  ]);
});

Deno.test("loadConfig() warns about an open door, not about a local one", async () => {
  const off = { auth: false };
  assertEquals((await load({ flags: { ...off, host: "0.0.0.0" } })).warnings, [
    "Authentication is off: everyone who can reach 0.0.0.0 can use the model",
  ]);
  assertEquals((await load({ flags: off })).warnings, []);
});

const envName = fc.oneof(
  fc.constantFrom(...settings.map(({ env }) => env), ...otherVariables, "HOME", "XDG_DATA_HOME"),
  fc.string().map((text) => `CHASKI_${text}`),
  fc.string(),
);
const flagName = fc.oneof(fc.constantFrom(...settings.map(({ key }) => key)), fc.string());
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("true", "0", "1.5", "any", "debug", "http://h/v1?", "::", "/f", "~", "__proto__"),
);
const tomlKey = fc.oneof(
  fc.constantFrom(...settings.map(({ key }) => key), "limits", "[limits]\nbody_mb", "__proto__"),
  fc.string(),
);
const tomlValue = fc.oneof(
  fc.json(),
  fc.constantFrom("nan", "inf", "1979-05-27", "'''\n'''", "0x1F", "[[", "{ a.b = 1 }", ""),
);
const tomlText = fc.oneof(
  fc.array(fc.tuple(tomlKey, tomlValue).map((pair) => pair.join(" = "))).map((l) => l.join("\n")),
  fc.string({ unit: "binary" }),
);

Deno.test("loadConfig() answers any garbage with a Config or a ConfigError", async () => {
  const input = fc.record({
    flags: fc.dictionary(flagName, fc.oneof(text, fc.boolean())),
    env: fc.dictionary(envName, text),
    os: fc.constantFrom<ConfigInput["os"]>("linux", "darwin", "windows"),
    toml: tomlText,
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ flags, env, os, toml }) => {
      const outcome = await loadConfig({
        flags,
        env,
        os,
        readTextFile: () => Promise.resolve(toml),
      })
        .catch((error: unknown) => error);
      assert(
        outcome instanceof ConfigError ||
          typeof outcome === "object" && outcome !== null && "host" in outcome,
      );
    }),
    { numRuns: 1000 },
  );
});
