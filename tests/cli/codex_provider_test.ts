import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/toml";
import fc from "fast-check";
import {
  codexOverrides,
  codexToml,
  leanToml,
  tomlLines,
  tomlValue,
} from "../../src/cli/codex/provider.ts";

const TARGET = { url: "http://127.0.0.1:8484", model: 'a "b"', keyed: false, catalogue: true };

const PROVIDER = {
  name: "Chaski",
  base_url: "http://127.0.0.1:8484/v1",
  wire_api: "responses",
  model_catalog_url: "http://127.0.0.1:8484/v1/models",
  stream_idle_timeout_ms: 600000,
};
const ROOT = { model: 'a "b"', model_provider: "chaski", web_search: "disabled" };

/** A plain copy: the parser's tables have no prototype. */
function plain(text: string): unknown {
  return JSON.parse(JSON.stringify(parse(text)));
}

for (const keyed of [false, true]) {
  const credential = keyed ? { env_key: "CHASKI_API_KEY" } : { experimental_bearer_token: "none" };
  const providers = { chaski: { ...PROVIDER, ...credential } };

  Deno.test(`codexToml() names the Chaski, its model and a credential, keyed ${keyed}`, () => {
    const text = codexToml({ ...TARGET, keyed });
    assertEquals(plain(text), { ...ROOT, model_providers: providers });
  });

  Deno.test(`codexOverrides() says the same and the lean switches, keyed ${keyed}`, () => {
    const args = codexOverrides({ ...TARGET, keyed });
    assertEquals(args.filter((_, index) => index % 2 === 0).every((word) => word === "-c"), true);
    const text = args.filter((_, index) => index % 2 === 1).join("\n");
    assertEquals(plain(text), {
      ...ROOT,
      model_providers: providers,
      features: { goals: false },
      agents: { enabled: false },
      skills: { include_instructions: false },
    });
  });
}

Deno.test("codexOverrides() keeps from an older Codex what it does not start with", () => {
  const agents = (version: [number, number]) =>
    codexOverrides(TARGET, version).includes("agents.enabled=false");
  assertEquals([agents([0, 118]), agents([0, 145]), agents([0, 169]), agents([1, 0])], [
    false,
    true,
    true,
    true,
  ]);
});

Deno.test("codexToml() explains the lean switches and leaves them off; leanToml() has them on", () => {
  const commented = codexToml(TARGET).split("\n").filter((line) => line.startsWith("# "));
  for (const line of leanToml()) assert(commented.includes(`# ${line}`), line);
  assertEquals(plain(leanToml().join("\n")), {
    features: { goals: false },
    agents: { enabled: false },
    skills: { include_instructions: false },
  });
});

Deno.test("tomlValue() writes any text so that it is read back, without control characters", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const literal = tomlValue(text);
    assert(!/\p{Cc}/u.test(literal));
    assertEquals(parse(tomlLines([{ key: "key", value: text }]).join(""))["key"], text);
  }));
  assertEquals(tomlValue("\ud800\x1b\x9b"), '"\ufffd\\u001b\\u009b"');
});

Deno.test("docs/codex.md shows what codexToml() prints", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/codex.md", import.meta.url));
  const printed = codexToml({ ...TARGET, model: "MODEL_NAME" });
  assert(text.includes(`\`\`\`toml\n${printed}\`\`\``), printed);
});
