import { assertEquals } from "@std/assert";
import { propsWithoutPaths } from "../../src/protocol/router.ts";

for (const props of [null, [], "x", 7, {}, { model_path: "/srv/a.gguf" }]) {
  Deno.test(`propsWithoutPaths() makes nothing of ${JSON.stringify(props)}`, () => {
    assertEquals(propsWithoutPaths(props), {});
  });
}

Deno.test("propsWithoutPaths() takes settings of any shape", () => {
  for (
    const [settings, told] of [[{}, { n_ctx: undefined }], [{ params: null }, { n_ctx: undefined }]]
  ) {
    assertEquals(propsWithoutPaths({ default_generation_settings: settings }), {
      default_generation_settings: told,
    });
  }
  assertEquals(propsWithoutPaths({ default_generation_settings: "x" }), {});
});
