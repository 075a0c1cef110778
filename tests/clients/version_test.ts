import { assertEquals } from "@std/assert";
import { isSince } from "./version.ts";

Deno.test("`isSince()` compares versions number by number", () => {
  const pairs = [["0.145.0", "0.145.0"], ["0.145.0", "0.99.9"], ["0.99.9", "0.145.0"]] as const;
  assertEquals(pairs.map(([had, first]) => isSince(had, first)), [true, true, false]);
});
