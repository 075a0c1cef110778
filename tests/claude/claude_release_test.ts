import { assertEquals } from "@std/assert";
import { isSince } from "../clients/version.ts";
import { CLAUDE_RELEASES } from "./claude_release.ts";

Deno.test("`CLAUDE_RELEASES` begins with the newest version", () => {
  const [newest, ...older] = CLAUDE_RELEASES.map(({ version }) => version);
  assertEquals(older.filter((version) => isSince(version, newest ?? "")), []);
});
