import { parse } from "@std/toml";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { codexCommand, codexConfig, curlCommand } from "./guide.ts";

const place = { url: "http://127.0.0.1:4711", model: "tiny" };

Deno.test("codexConfig() is TOML that names this Chaski and its model", () => {
  const config = parse(codexConfig(place)) as {
    model: string;
    model_provider: string;
    model_providers: Record<string, Record<string, unknown>>;
  };
  assertEquals([config.model, config.model_provider], ["tiny", "chaski"]);
  const { base_url, model_catalog_url, wire_api } = config.model_providers["chaski"] ?? {};
  assertEquals([base_url, model_catalog_url, wire_api], [
    "http://127.0.0.1:4711/v1",
    "http://127.0.0.1:4711/v1/models",
    "responses",
  ]);
});

Deno.test("codexCommand() gives every setting on one line", () => {
  const command = codexCommand(place);
  assertEquals(command.split("\n").length, 1);
  assertStringIncludes(command, `base_url="http://127.0.0.1:4711/v1"`);
});

Deno.test("curlCommand() sends JSON that asks for a stream", () => {
  const [, body = ""] = /-d '([^']+)'$/.exec(curlCommand(place)) ?? [];
  assertEquals(JSON.parse(body), { model: "tiny", input: "Say hello", stream: true });
});
