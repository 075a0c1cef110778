import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ownerTurns } from "../../src/upstream/owner_turns.ts";
import { servicePace } from "../../src/upstream/pace.ts";

Deno.test("servicePace() guesses when half of the queue has had its turn", () => {
  const pace = servicePace();
  assertEquals(pace.retryAfter(2, 1), 10);
  pace.ended(4_000);
  assertEquals([pace.retryAfter(2, 1), pace.retryAfter(8, 4), pace.retryAfter(16, 4)], [4, 4, 8]);
  pace.ended(12_000);
  assertEquals(pace.retryAfter(2, 1), 5);
});

Deno.test("servicePace() always says whole seconds from 1 to 60", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(10_000_000)),
    fc.nat(10_000),
    fc.nat(64),
    (times, waiting, slots) => {
      const pace = servicePace();
      for (const ms of times) pace.ended(ms);
      const seconds = pace.retryAfter(waiting, slots);
      assert(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, String(seconds));
    },
  ));
});

Deno.test("ownerTurns() remembers whose turn it was, and not for ever", () => {
  const owners = ownerTurns();
  for (const owner of ["a", "b", "a"]) owners.begin(owner);
  assertEquals([owners.runningOf("a"), owners.runningOf("b"), owners.runningOf("c")], [2, 1, 0]);
  assert(owners.lastTurnOf("a") > owners.lastTurnOf("b"));
  assertEquals(owners.lastTurnOf("c"), -1);
  for (const owner of ["a", "b", "a"]) owners.end(owner);
  assertEquals([owners.runningOf("a"), owners.lastTurnOf("a")], [0, 2]);
  for (let i = 0; i < 1024; i++) owners.begin(`other ${i}`);
  assertEquals([owners.lastTurnOf("a"), owners.lastTurnOf("b")], [-1, -1]);
  assert(owners.lastTurnOf("other 0") >= 0);
});
