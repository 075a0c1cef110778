import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/toml";
import { banner } from "../../src/cli/banner.ts";

const URL = "http://127.0.0.1:8484";

/** The provider that the Codex command of the banner carries, as Codex parses it. */
function provider(keyed: boolean): unknown {
  const text = banner({ url: URL, keyed, version: "1.2.3" });
  const table = /-c 'model_providers\.chaski=(.*)'$/m.exec(text)?.[1];
  assert(table !== undefined, text);
  return parse(`chaski = ${table}`).chaski;
}

const WHERE = {
  name: "Chaski",
  base_url: `${URL}/v1`,
  model_catalog_url: `${URL}/v1/models`,
  wire_api: "responses",
};

Deno.test("banner() gives Codex a provider that it can parse, and a credential of some kind", () => {
  assertEquals(provider(false), { ...WHERE, experimental_bearer_token: "none" });
  assertEquals(provider(true), { ...WHERE, env_key: "CHASKI_API_KEY" });
});

Deno.test("banner() shows the version, the base URL, and a key only by its variable's name", () => {
  const text = banner({ url: URL, keyed: true, version: "1.2.3" });
  assertMatch(text, /Chaski 1\.2\.3 {3}base URL http:\/\/127\.0\.0\.1:8484\/v1/);
  assertEquals(text.split("$CHASKI_API_KEY").length - 1, 2);
});
