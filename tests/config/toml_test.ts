import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/config/error.ts";
import { fromToml } from "../../src/config/toml.ts";

Deno.test("fromToml() gives values with their key, file and line", () => {
  const text =
    '# a comment\nhost = "0.0.0.0"\n\n[limits]\nbody_mb = 1\n[timeouts]\n"stall" = 2.5\n';
  const { given } = fromToml(text, "chaski.toml");
  assertEquals(given.map(({ setting, value, where }) => [setting.key, value, where]), [
    ["host", "0.0.0.0", "host in chaski.toml, line 2"],
    ["limits.body_mb", 1, "limits.body_mb in chaski.toml, line 5"],
    ["timeouts.stall", 2.5, "timeouts.stall in chaski.toml, line 7"],
  ]);
});

Deno.test("fromToml() takes dotted keys, Windows line ends and an empty file", () => {
  const { given } = fromToml('port = 1\r\nlimits.body_mb = 2\r\nlog_level = "warn"\r\n', "c");
  assertEquals(given.map(({ value, where }) => [value, where]), [
    [1, "port in c, line 1"],
    [2, "limits.body_mb in c, line 2"],
    ["warn", "log_level in c, line 3"],
  ]);
  assertEquals(fromToml("", "c"), { given: [], models: [] });
  assertEquals(fromToml("[limits]\n", "c"), { given: [], models: [] });
});

const KEYS_APART = "keys do not belong in a config file; set ";
const REFUSALS: [string, string, string][] = [
  [
    "an unknown key",
    "\nprot = 1",
    "Cannot use prot in c, line 2: there is no such setting (did you mean port?)",
  ],
  [
    "an unknown table",
    "[timeout]\nstall = 1",
    "Cannot use timeout in c, line 1: there is no such setting (did you mean timeouts?)",
  ],
  [
    "an unknown key in a table",
    "[limits]\nbodymb = 1",
    "Cannot use limits.bodymb in c, line 2: there is no such setting (did you mean limits.body_mb?)",
  ],
  [
    "a key outside its table",
    "body_mb = 1",
    "Cannot use body_mb in c, line 1: there is no such setting (did you mean limits.body_mb?)",
  ],
  [
    "a key like nothing else",
    "zzzzzz = 1",
    "Cannot use zzzzzz in c, line 1: there is no such setting",
  ],
  ["a dotted unknown key", "a.b.c = 1", "Cannot use a in c, line 1: there is no such setting"],
  [
    "a name of an object's own",
    "constructor = 1",
    "Cannot use constructor in c, line 1: there is no such setting",
  ],
  [
    "a value for a table",
    "limits = 1",
    "Cannot use limits in c, line 1: expected a table [limits]",
  ],
  [
    "a list for a table",
    "[[limits]]\nbody_mb = 1",
    "Cannot use limits in c, line 1: expected a table [limits]",
  ],
  [
    "a key given twice",
    "port = 1\nport = 2",
    "Cannot use port in c, line 1: the key stands there twice",
  ],
  [
    "an API key",
    'api_key = "sk-secret"',
    `Cannot use api_key in c, line 1: ${KEYS_APART}CHASKI_API_KEY, or name a file that holds the key with api_key_file`,
  ],
  [
    "an upstream key",
    'upstream_key = "sk-secret"',
    `Cannot use upstream_key in c, line 1: ${KEYS_APART}CHASKI_UPSTREAM_KEY, or name a file that holds the key with upstream_key_file`,
  ],
  [
    "an admin key",
    'admin_key = "sk-secret"',
    `Cannot use admin_key in c, line 1: ${KEYS_APART}CHASKI_ADMIN_KEY, or name a file that holds the key with admin_key_file`,
  ],
  [
    "a missing value",
    "host = \n",
    "Cannot read the config file c: line 2, column 1: this is not valid TOML",
  ],
  [
    "a missing equals sign",
    "\nport 80",
    "Cannot read the config file c: line 2, column 6: this is not valid TOML",
  ],
  [
    "an open string, without quoting it",
    'api_key = "sk-secret\n',
    "Cannot read the config file c: line 1, column 21: this is not valid TOML",
  ],
  [
    "a bad value, without quoting it",
    "api_key = sk-secret",
    "Cannot read the config file c: line 1, column 11: this is not valid TOML",
  ],
];

for (const [what, text, message] of REFUSALS) {
  Deno.test(`fromToml() refuses ${what}`, () => {
    assertEquals(assertThrows(() => fromToml(text, "c"), ConfigError).message, message);
  });
}

Deno.test("fromToml() refuses nesting that would overflow the parser", () => {
  assertThrows(() => fromToml(`host = ${"[".repeat(100_000)}`, "c"), ConfigError, "not valid TOML");
});
