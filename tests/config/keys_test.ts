import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Config, type ConfigInput, loadConfig } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/error.ts";
import { settings } from "../../src/config/schema.ts";
import { fakeFiles } from "./fake_files.ts";

const FILES = {
  "/flag": "sk-flag\n",
  "/env": "\uFEFF  sk-env\r\n",
  "/conf/key": "sk-file",
  "/conf/chaski.toml": 'api_key_file = "key"\nupstream_key_file = "/upstream"',
  "/upstream": "sk-upstream",
  "/empty": " \n",
  "/two": "sk-one\nsk-two\n",
  "/umlaut": "schlüssel",
  "/long": "k".repeat(5000),
  "/huge": "k".repeat(2_000_000),
  "/denied": new Deno.errors.PermissionDenied("os error 13"),
  "/folder": new Deno.errors.IsADirectory("os error 21"),
  "/odd": new TypeError("invalid data at /odd"),
};

function load(input: Partial<ConfigInput>): Promise<Config> {
  const env = { HOME: "/home/ann", ...input.env };
  return loadConfig({ flags: {}, os: "linux", readTextFile: fakeFiles(FILES), ...input, env });
}

const config = { config: "/conf/chaski.toml" };
const PRECEDENCE: [string, Partial<ConfigInput>, string | undefined][] = [
  ["nothing", {}, undefined],
  ["the variable", { env: { CHASKI_API_KEY: " sk-var\n" } }, "sk-var"],
  ["the file of the variable", { env: { CHASKI_API_KEY_FILE: "/env" } }, "sk-env"],
  ["the file of the option", { flags: { api_key_file: "/flag" } }, "sk-flag"],
  ["the file of the config file, seen from there", { flags: config }, "sk-file"],
  [
    "the option before the variable",
    { flags: { ...config, api_key_file: "/flag" }, env: { CHASKI_API_KEY: "sk-var" } },
    "sk-flag",
  ],
  [
    "the variable before the config file",
    { flags: config, env: { CHASKI_API_KEY: "sk-var" } },
    "sk-var",
  ],
  [
    "the variable's file before the config file",
    { flags: config, env: { CHASKI_API_KEY_FILE: "/env" } },
    "sk-env",
  ],
];

for (const [what, input, key] of PRECEDENCE) {
  Deno.test(`loadConfig() takes the API key from ${what}`, async () => {
    assertEquals((await load(input)).apiKey, key);
  });
}

Deno.test("loadConfig() takes the upstream key in the same ways, apart from the API key", async () => {
  const { apiKey, upstreamKey } = await load({
    flags: config,
    env: { CHASKI_API_KEY: "sk-var" },
  });
  assertEquals([apiKey, upstreamKey], ["sk-var", "sk-upstream"]);
  assertEquals((await load({ env: { CHASKI_UPSTREAM_KEY: "a" } })).upstreamKey, "a");
  assertEquals((await load({ flags: { upstream_key_file: "/flag" } })).upstreamKey, "sk-flag");
});

Deno.test("loadConfig() takes the admin key in the same ways, apart from the API key", async () => {
  const { apiKey, adminKey } = await load({ flags: config, env: { CHASKI_ADMIN_KEY: "sk-adm" } });
  assertEquals([apiKey, adminKey], ["sk-file", "sk-adm"]);
  assertEquals((await load({ env: { CHASKI_ADMIN_KEY_FILE: "/env" } })).adminKey, "sk-env");
  assertEquals((await load({ flags: { admin_key_file: "/flag" } })).adminKey, "sk-flag");
  assertEquals((await load({})).adminKey, undefined);
});

Deno.test("loadConfig() takes an admin key beside auth that is off", async () => {
  const env = { CHASKI_ADMIN_KEY: "sk-adm" };
  const { auth, adminKey } = await load({ env, flags: { auth: false } });
  assertEquals([auth, adminKey], [false, "sk-adm"]);
});

const ONE_KEY = "expected one key of up to 4096 ASCII characters without spaces";
const REFUSALS: [string, Partial<ConfigInput>, string][] = [
  [
    "an empty variable",
    { env: { CHASKI_API_KEY: " " } },
    "Cannot use CHASKI_API_KEY: it is empty",
  ],
  [
    "an empty upstream key",
    { env: { CHASKI_UPSTREAM_KEY: "" } },
    "Cannot use CHASKI_UPSTREAM_KEY: it is empty",
  ],
  [
    "an empty admin key",
    { env: { CHASKI_ADMIN_KEY: "" } },
    "Cannot use CHASKI_ADMIN_KEY: it is empty",
  ],
  [
    "an empty path",
    { env: { CHASKI_API_KEY_FILE: "" } },
    "Cannot use CHASKI_API_KEY_FILE: expected a path",
  ],
  [
    "a key and a key file side by side",
    { env: { CHASKI_API_KEY: "sk-var", CHASKI_API_KEY_FILE: "/env" } },
    "Cannot use both CHASKI_API_KEY and CHASKI_API_KEY_FILE: unset one of them",
  ],
  [
    "a key with a space",
    { env: { CHASKI_API_KEY: "sk-a sk-b" } },
    `Cannot use CHASKI_API_KEY: ${ONE_KEY}`,
  ],
  ["an empty file", at("/empty"), "Cannot use the key file (--api-key-file): it is empty"],
  ["two keys in a file", at("/two"), `Cannot use the key file (--api-key-file): ${ONE_KEY}`],
  [
    "a key no header can carry",
    at("/umlaut"),
    `Cannot use the key file (--api-key-file): ${ONE_KEY}`,
  ],
  ["a long key", at("/long"), `Cannot use the key file (--api-key-file): ${ONE_KEY}`],
  [
    "a huge file",
    at("/huge"),
    "Cannot read the key file (--api-key-file): it is larger than 1 MiB",
  ],
  [
    "a missing file",
    at("/none"),
    "Cannot read the key file (--api-key-file): there is no such file",
  ],
  [
    "a file of others",
    at("/denied"),
    "Cannot read the key file (--api-key-file): permission denied",
  ],
  ["a folder", at("/folder"), "Cannot read the key file (--api-key-file): it is a folder"],
  [
    "what cannot be read",
    at("/odd"),
    "Cannot read the key file (--api-key-file): it is not readable",
  ],
  [
    "a path with ~",
    at("~/key"),
    "Cannot use --api-key-file: expected a path written out in full, without ~",
  ],
];

function at(path: string): Partial<ConfigInput> {
  return { flags: { api_key_file: path } };
}

for (const [what, input, message] of REFUSALS) {
  Deno.test(`loadConfig() refuses ${what} for a key`, async () => {
    assertEquals((await assertRejects(() => load(input), ConfigError)).message, message);
  });
}

const MODES: [number | null, ConfigInput["os"], boolean][] = [
  [0o100600, "linux", false],
  [0o100640, "linux", false],
  [0o100644, "linux", true],
  [0o100604, "darwin", true],
  [0o100666, "windows", false],
  [null, "linux", false],
];

for (const [mode, os, warns] of MODES) {
  const shown = mode?.toString(8) ?? "no mode";
  Deno.test(`loadConfig() ${warns ? "warns" : "is silent"} about ${shown} on ${os}`, async () => {
    const statMode = () => Promise.resolve(mode);
    const env = { LOCALAPPDATA: "C:\\local" };
    const { warnings } = await load({ ...at("/flag"), env, os, statMode });
    assertEquals(
      warnings,
      warns ? ["The key file /flag is readable by every user of this machine: chmod o-r it"] : [],
    );
  });
}

Deno.test("loadConfig() does without a mode that cannot be read", async () => {
  const statMode = () => Promise.reject(new Error("gone"));
  assertEquals((await load({ ...at("/flag"), statMode })).warnings, []);
});

const SECRET = "sk-secret-0123456789";
const PLACES: [string, Partial<ConfigInput>][] = [
  ...settings.flatMap((setting): [string, Partial<ConfigInput>][] => [
    [setting.env, { env: { [setting.env]: SECRET } }],
    [setting.key, { readTextFile: () => Promise.resolve(`${setting.key} = "${SECRET}"`) }],
    [setting.flag ?? setting.key, { flags: { [setting.key]: SECRET } }],
  ]),
  ["api_key", { readTextFile: () => Promise.resolve(`api_key = "${SECRET}"`) }],
  ["a bare value", { readTextFile: () => Promise.resolve(`api_key = ${SECRET}`) }],
  ["a line", { readTextFile: () => Promise.resolve(SECRET) }],
];

for (const [index, [place, input]] of PLACES.entries()) {
  Deno.test(`loadConfig() does not repeat a key that stands in ${place} (${index})`, async () => {
    const outcome = await load(input).then(({ warnings }) => warnings.join(), String);
    assert(!outcome.includes(SECRET), outcome);
  });
}

Deno.test("loadConfig() warns where clients have the admin's key", async () => {
  const warned = async (api: string, admin: string) =>
    (await load({ env: { CHASKI_API_KEY: api, CHASKI_ADMIN_KEY: admin } })).warnings;
  assertEquals(await warned("one", "two"), []);
  assertEquals(await warned("one", "one"), [
    "The API key is the admin key too: every client may load, unload and look into folders",
  ]);
});
