import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { banner } from "../../src/cli/banner.ts";

const URL = "http://127.0.0.1:8484";

Deno.test("banner() says how to start clients on this address", () => {
  const text = banner({ url: URL, keyed: false, version: "1.2.3" });
  assertStringIncludes(text, `chaski codex --url ${URL} `);
  assertStringIncludes(text, `chaski codex config --write --url ${URL} `);
  assertStringIncludes(text, `chaski claude --url ${URL} `);
});

Deno.test("banner() shows the version, the base URL, and a key only by its variable's name", () => {
  const text = banner({ url: URL, keyed: true, version: "1.2.3" });
  assertMatch(text, /Chaski 1\.2\.3 {3}base URL http:\/\/127\.0\.0\.1:8484\/v1/);
  assertEquals(text.split("$CHASKI_API_KEY").length - 1, 2);
});
