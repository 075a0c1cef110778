import { assert, assertEquals, assertExists } from "@std/assert";
import { loadConfig } from "../../src/config/config.ts";
import { defaultOf, expects } from "../../src/config/describe.ts";
import { otherVariables } from "../../src/config/layers.ts";
import { modelSettings } from "../../src/config/model_schema.ts";
import { settings } from "../../src/config/schema.ts";
import { fromToml } from "../../src/config/toml.ts";
import { fakeFiles } from "./fake_files.ts";

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
}

Deno.test("settings have one variable each, after their key", () => {
  const names = settings.map(({ env }) => env);
  assertEquals(new Set([...names, ...otherVariables]).size, names.length + otherVariables.length);
  assertEquals(
    settings.filter(({ key }) => key.includes(".")).map(({ key, env }) => `${key} ${env}`),
    [
      "limits.body_mb CHASKI_LIMITS_BODY_MB",
      "limits.json_depth CHASKI_LIMITS_JSON_DEPTH",
      "limits.queue CHASKI_LIMITS_QUEUE",
      "timeouts.grace CHASKI_TIMEOUTS_GRACE",
      "timeouts.connect CHASKI_TIMEOUTS_CONNECT",
      "timeouts.first_byte CHASKI_TIMEOUTS_FIRST_BYTE",
      "timeouts.stall CHASKI_TIMEOUTS_STALL",
      "timeouts.load CHASKI_TIMEOUTS_LOAD",
      "retention.days CHASKI_RETENTION_DAYS",
      "retention.responses CHASKI_RETENTION_RESPONSES",
      "retention.mb CHASKI_RETENTION_MB",
    ],
  );
});

Deno.test("settings say what they mean, and options belong to a group", () => {
  for (const { key, about, flag, group } of settings) {
    assert(about.length > 10, key);
    assertEquals(flag === undefined, group === undefined, key);
  }
});

Deno.test("settings of a model say what they mean, and have neither variables nor options", () => {
  for (const { key, about, flag, group } of modelSettings) {
    assert(about.length > 10, key);
    assertEquals([flag, group], [undefined, undefined], key);
  }
});

/** The example with every setting switched on: those lines have no space after the #. */
async function uncommented(): Promise<string> {
  return (await read("chaski.example.toml")).replace(/^#(?=\S)/gm, "");
}

Deno.test("chaski.example.toml holds every setting, at its default", async () => {
  const example = fromToml(await uncommented(), "example").given;
  const given = new Map(example.map(({ setting, value }) => [setting.key, value]));
  assertEquals([...given.keys()], settings.map(({ key }) => key));
  for (const setting of settings) {
    const value = setting.schema.parse(undefined);
    if (value !== undefined) assertEquals(given.get(setting.key), value, setting.key);
  }
});

Deno.test("chaski.example.toml shows one model, with every setting of it", async () => {
  const { models } = fromToml(await uncommented(), "example");
  assertEquals(models.map(({ given }) => given.map(({ setting }) => setting.key)), [
    modelSettings.map(({ key }) => key),
  ]);
});

Deno.test("chaski.example.toml is valid with and without its settings switched on", async () => {
  const files = {
    "/c": await read("chaski.example.toml"),
    "/on": await uncommented(),
    "/etc/chaski/api-key": "a",
    "/etc/chaski/upstream-key": "b",
    "/etc/chaski/admin-key": "c",
  };
  const load = (config: string) =>
    loadConfig({
      flags: { config },
      env: { HOME: "/home/ann" },
      os: "linux",
      readTextFile: fakeFiles(files),
    });
  assertEquals((await load("/c")).port, 8484);
  const on = await load("/on");
  assertEquals([on.apiKey, on.upstreamKey, on.adminKey], ["a", "b", "c"]);
  assertEquals(on.dataDir, "/var/lib/chaski");
  assertEquals(Object.keys(on.models).length, 1);
});

Deno.test("docs/configuration.md has the row of every setting", async () => {
  const lines = (await read("docs/configuration.md")).replace(/ +/g, " ").split("\n");
  for (const setting of settings) {
    const row = lines.find((line) => line.startsWith(`| \`${setting.key}\` `));
    assertExists(row, setting.key);
    const option = setting.flag ? `\`${setting.flag.split(" ")[0]}\`` : "–";
    assertEquals(
      row,
      `| \`${setting.key}\` | \`${setting.env}\` | ${option} | ${expects(setting)} | ` +
        `${defaultOf(setting)} | ${setting.about} |`,
    );
  }
});

Deno.test("docs/configuration.md has the row of every setting of a model", async () => {
  const lines = (await read("docs/configuration.md")).replace(/ +/g, " ").split("\n");
  for (const setting of modelSettings) {
    const { key, about } = setting;
    const row = `| \`${key}\` | ${expects(setting)} | ${defaultOf(setting)} | ${about} |`;
    assertEquals([key, lines.filter((line) => line === row).length], [key, 1], row);
  }
});

Deno.test("docs/configuration.md has no other rows of settings", async () => {
  const text = await read("docs/configuration.md");
  const rows = [...text.matchAll(/^\| `([a-z_.]+)` /gm)].map(([, key]) => key);
  assertEquals(rows, [...settings, ...modelSettings].map(({ key }) => key));
});

Deno.test("docs/configuration.md names the variables that are no settings", async () => {
  const text = await read("docs/configuration.md");
  assertEquals(otherVariables.filter((name) => !text.includes(`\`${name}`)), []);
});
