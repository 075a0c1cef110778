import { assertEquals } from "@std/assert";
import { version } from "../../src/version.ts";

Deno.test("version is that of deno.json", async () => {
  const manifest = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals(version, manifest.version);
});
