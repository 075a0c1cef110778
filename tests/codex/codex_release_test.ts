import { assertEquals } from "@std/assert";
import { CODEX_RELEASES, isSince } from "./codex_release.ts";

Deno.test("`isSince()` compares versions number by number", () => {
  const pairs = [["0.145.0", "0.145.0"], ["0.145.0", "0.99.9"], ["0.99.9", "0.145.0"]] as const;
  assertEquals(pairs.map(([had, first]) => isSince(had, first)), [true, true, false]);
});

Deno.test("`CODEX_RELEASES` begins with the newest version", () => {
  const [newest, ...older] = CODEX_RELEASES.map(({ version }) => version);
  assertEquals(older.filter((version) => isSince(version, newest ?? "")), []);
});
