import { assertEquals } from "@std/assert";
import { CODEX_RELEASES } from "./codex_release.ts";
import { isSince } from "../clients/version.ts";

Deno.test("`CODEX_RELEASES` begins with the newest version", () => {
  const [newest, ...older] = CODEX_RELEASES.map(({ version }) => version);
  assertEquals(older.filter((version) => isSince(version, newest ?? "")), []);
});
