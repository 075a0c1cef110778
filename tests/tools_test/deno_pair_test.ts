import { assertEquals } from "@std/assert";
import { pairRunsOn } from "../tools/deno_pair.ts";

Deno.test("`pairRunsOn()` names the one machine that the pair is for", () => {
  assertEquals(pairRunsOn({ os: "linux", arch: "x86_64" }), true);
  assertEquals(pairRunsOn({ os: "linux", arch: "aarch64" }), false);
  assertEquals(pairRunsOn({ os: "darwin", arch: "x86_64" }), false);
});
