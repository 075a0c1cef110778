import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { flatName, nameGiver } from "../../../../src/protocol/responses/tools/names.ts";

Deno.test("`flatName()` joins namespace and name as Codex 0.100 and 0.130 did", () => {
  assertEquals(flatName("mcp__docs", "search"), "mcp__docs__search");
  assertEquals(flatName("mcp__docs__", "search"), "mcp__docs__search");
  assertEquals(flatName("multi_agent_v1", "spawn_agent"), "multi_agent_v1__spawn_agent");
});

Deno.test("`flatName()` is plain and short whatever the names are, and does not change", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
    const name = flatName(a, b);
    assertMatch(name, /^[A-Za-z0-9_-]{1,64}$/);
    assertEquals(flatName(a, b), name);
  }));
});

Deno.test("`flatName()` tells long names apart that begin alike", () => {
  const long = "x".repeat(80);
  assertNotEquals(flatName(long, "a"), flatName(long, "b"));
  assertEquals(flatName(long, "a").length, 64);
});

Deno.test("`nameGiver()` gives every name once, the plain one to who comes first", () => {
  const give = nameGiver();
  assertEquals(["a", "a", "a_2", "a", "b"].map(give), ["a", "a_2", "a_2_2", "a_3", "b"]);
  const long = "y".repeat(64);
  assertEquals([give(long), give(long).length], [long, 64]);
});

Deno.test("`nameGiver()` is not slowed down by many equal names", () => {
  const give = nameGiver();
  const names = new Set(Array.from({ length: 100_000 }, () => give("a")));
  assert(names.size === 100_000);
  // Nor by names that differ only where they are cut.
  const giveLong = nameGiver();
  const long = Array.from({ length: 20_000 }, (_, i) => "b".repeat(59) + `${i}`.padStart(5, "0"));
  const start = performance.now();
  const given = new Set([...long, ...long].map(giveLong));
  assert(given.size === 40_000 && performance.now() - start < 5_000);
});
