import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { codexToml } from "../../src/cli/codex/provider.ts";
import { withChaski } from "../../src/cli/codex/toml_edit.ts";
import { parseToml } from "../../src/cli/codex/toml_parse.ts";

const TARGET = { url: "http://127.0.0.1:8484", model: "tiny", keyed: false, catalogue: true };

type Table = Record<string, unknown>;

/** A parsed text without what belongs to Chaski, and what belongs to it. */
function parts(text: string): { foreign: Table; ours: Table } {
  const document: Table = JSON.parse(JSON.stringify(parseToml(text)));
  const { model, model_provider, web_search, ...foreign } = document;
  const { chaski = {}, ...others } = (foreign["model_providers"] ?? {}) as Record<string, Table>;
  const { name, base_url, wire_api, env_key, ...rest } = chaski;
  const { experimental_bearer_token: token, model_catalog_url, ...more } = rest;
  const { stream_idle_timeout_ms: idle, ...added } = more;
  return {
    foreign: { ...foreign, model_providers: others, added },
    ours: {
      model,
      model_provider,
      web_search,
      name,
      base_url,
      wire_api,
      env_key,
      token,
      model_catalog_url,
      idle,
    },
  };
}

const OURS = {
  model: "tiny",
  model_provider: "chaski",
  web_search: "disabled",
  name: "Chaski",
  base_url: "http://127.0.0.1:8484/v1",
  wire_api: "responses",
  env_key: undefined,
  token: "none",
  model_catalog_url: "http://127.0.0.1:8484/v1/models",
  idle: 600000,
};

Deno.test("withChaski() makes the printed configuration from nothing, and again from itself", () => {
  const edited = withChaski("", TARGET);
  assertEquals(parts(edited).ours, OURS);
  assertEquals(withChaski(codexToml(TARGET), TARGET), codexToml(TARGET));
});

Deno.test("withChaski() changes values in place and leaves comments, order and space", () => {
  const text = `# mine
model   = 'gpt-5.5'   # the best
approval_policy = "never"

[model_providers.chaski]
name = "Chaski"
base_url = "http://127.0.0.1:1/v1"  # old
request_max_retries = 9
env_key = "CHASKI_API_KEY"

[mcp_servers.x]  # after
command = "x"
`;
  const edited = withChaski(text, TARGET);
  assertEquals(parts(edited).ours, OURS);
  assert(edited.startsWith(`# mine
model   = "tiny"   # the best
approval_policy = "never"
model_provider = "chaski"
`));
  assert(
    edited.includes('base_url = "http://127.0.0.1:8484/v1"  # old\nrequest_max_retries = 9\n'),
  );
  assert(edited.endsWith('\n\n[mcp_servers.x]  # after\ncommand = "x"\n'));
  assertEquals(edited.includes("env_key"), false);
});

Deno.test("withChaski() is not fooled by text that looks like a table", () => {
  const text = `notes = """
[model_providers.chaski]
model = "x"
"""
list = [
  "[x]", # [y]
]
`;
  const edited = withChaski(text, TARGET);
  assert(edited.startsWith(text), edited);
  assertEquals(parts(edited).ours, OURS);
});

const PLACES: [string, string][] = [
  [
    "dotted keys at the root",
    'model_providers.chaski.name = "x"\nmodel_providers.other.name = "y"\n',
  ],
  ["dotted keys in the outer table", '[model_providers]\nchaski.name = "x"\n  other.name = "y"\n'],
  ["quoted keys", '"model" = "x"\n["model_providers"."chaski"]\n"name" = "x"\n'],
  ["a table with a table inside", '[model_providers.chaski.http_headers]\nx = "y"\n'],
  [
    "a table inside it first",
    '[model_providers.chaski.http_headers]\nx = "y"\n[model_providers.chaski]\nz = 1\n',
  ],
  [
    "tables in no order",
    "[a.b]\nx = 1\n[[l.m]]\n[l.m.n]\ny = 2\n[a]\nz = 3\n[[l.m]]\nw = 4\n[l]\nv = 5",
  ],
  ["an empty table", "[model_providers.chaski]\n[model_providers.chaski.query_params]\na='b'\n"],
  ["no line end at the end", "[tui]\ntheme = 'x'"],
  ["no line end after a key", "sandbox_mode = 'x'"],
  ["comments alone", "# nothing yet\n"],
  ["a byte order mark", "\uFEFF[tui]\n"],
  ["an inline table of another", '[model_providers]\nother = { name = "y" }\n'],
];

for (const [name, text] of PLACES) {
  Deno.test(`withChaski() finds its place with ${name}`, () => {
    const edited = withChaski(text, TARGET);
    assertEquals(parts(edited), { foreign: parts(text).foreign, ours: OURS });
    assertEquals(withChaski(edited, TARGET), edited);
    const keyed = withChaski(edited, { ...TARGET, keyed: true });
    assertEquals(parts(keyed).ours, { ...OURS, env_key: "CHASKI_API_KEY", token: undefined });
  });
}

Deno.test("withChaski() keeps the line ends of the file", () => {
  const edited = withChaski("a = 1\r\n\r\n[t]\r\nb = 2\r\n", TARGET);
  assertEquals(edited.replaceAll("\r\n", "").includes("\n"), false);
  assertEquals(parts(edited).ours, OURS);
});

const REFUSED: [string, string][] = [
  ["model_providers = { chaski = {} }", "line 1: model_providers is an inline table; write it as"],
  ["[model_providers]\nchaski = {}", "line 2: model_providers.chaski is an inline table; write"],
  ["[[model_providers.chaski]]", "line 1: model_providers.chaski is an array of tables; write"],
  ["[model]\nx = 1", "line 1: model is a table"],
  ["model = 1\nmodel = 2", "line 2: model stands there twice"],
  ["model = ", "this is not valid TOML"],
  ["a b = 1", "this is not valid TOML"],
  ["model.x = 1", "line 1: model is a table"],
];

for (const [text, reason] of REFUSED) {
  Deno.test(`withChaski() refuses ${JSON.stringify(text)}`, () => {
    const { message } = assertThrows(() => withChaski(text, TARGET), SyntaxError);
    assert(message.includes(reason), message);
  });
}

const key = fc.constantFrom("a", "b-c", '"d.e"', "'f g'", '"[h]"', "i.j", "1");
const value = fc.oneof(
  fc.constantFrom("1", "-2.5", "true", "1979-05-27T07:32:00Z", "[ ]", "{ }", "0x1F", "inf"),
  fc.constantFrom(
    "[\n  1, # ]\n  2,\n]",
    '{ x = "}", y = [1] }',
    '"""\n[model_providers.chaski]\n"""',
  ),
  fc.constantFrom("'''\nmodel = 1\n'''", '["#", "]"]', "[{ a = 1 }, { a = 2 }]"),
  fc.string({ unit: "grapheme-ascii" }).map((text) => JSON.stringify(text)),
);
const gap = fc.constantFrom("", "", "\n", "# note = [x]\n", "   \n# [model_providers.chaski]\n");
const pairs = fc.array(fc.tuple(key, value, gap, fc.constantFrom("", "  # why", "\t")), {
  maxLength: 4,
});
const own = fc.constantFrom(
  "",
  'model = "other" # mine\n',
  "web_search = 'live'\nmodel_provider = \"openai\"\n",
);
const ownTable = fc.constantFrom(
  "",
  "[model_providers.chaski]\nname = 'x' # n\nretries = 3\n",
  "[model_providers.chaski]\nenv_key = 'K'\n[model_providers.other]\nname = \"y\"\n",
  "[model_providers.chaski.http_headers]\na = 'b'\n",
);

/** TOML with foreign keys of every kind, and now and then Chaski's; keys are unique by a number. */
const document = fc.tuple(own, fc.array(pairs, { maxLength: 4 }), ownTable, fc.boolean()).map(
  ([root, tables, provider, last]) => {
    let unique = 0;
    const texts = tables.map((table, index) => {
      const header = index === 0 ? "" : index === 3 ? "[[list]]\n" : `[ t${index} . "x y" ]\n`;
      return header +
        table.map(([name, literal, before, after]) =>
          `${before}k${unique++}.${name} = ${literal}${after}\n`
        ).join("");
    });
    const [first = "", ...others] = texts;
    return root + first + (last ? others.join("") + provider : provider + others.join(""));
  },
);

Deno.test("withChaski() changes no foreign key and no foreign line of any TOML", () => {
  fc.assert(
    fc.property(document, fc.boolean(), (text, keyed) => {
      const edited = withChaski(text, { ...TARGET, keyed });
      const { foreign, ours } = parts(edited);
      const credential = keyed ? { env_key: "CHASKI_API_KEY", token: undefined } : {};
      assertEquals(ours, { ...OURS, ...credential });
      assertEquals(foreign, parts(text).foreign);
      const lines = edited.split("\n");
      let at = 0;
      for (const line of text.split("\n")) {
        if (/^(?:model|model_provider|web_search|name|env_key) = /.test(line)) continue;
        at = lines.indexOf(line, at) + 1;
        assert(at > 0, `lost: ${line}`);
      }
      assertEquals(withChaski(edited, { ...TARGET, keyed }), edited);
    }),
    { numRuns: 300 },
  );
});

Deno.test("withChaski() takes the catalogue out for a Codex that does not start with one", () => {
  const fetched = withChaski("", TARGET);
  const saved = withChaski(fetched, { ...TARGET, catalogue: false });
  assertEquals(fetched.split("\n").filter((line) => !saved.includes(line)), [
    fetched.split("\n").find((line) => line.startsWith("model_catalog_url")),
  ]);
  assertEquals(withChaski(saved, TARGET).includes("model_catalog_url = "), true);
});
