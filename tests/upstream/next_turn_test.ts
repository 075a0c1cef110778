import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { TIERS } from "../../src/protocol/service_tier.ts";
import {
  type Capacity,
  type Load,
  nextTurn,
  refusal,
  type Waiting,
} from "../../src/upstream/next_turn.ts";

const MINUTE = 60_000;

function waiting(more: Partial<Waiting> = {}): Waiting {
  return { owner: "a", tier: "default", tokens: 0, since: 0, ...more };
}

/** What runs, as owners with the numbers of their running requests and of their last turns. */
function load(
  owners: Record<string, readonly [running: number, lastTurn: number]> = {},
  tokens = 0,
): Load {
  return {
    running: Object.values(owners).reduce((sum, [running]) => sum + running, 0),
    tokens,
    runningOf: (owner) => owners[owner]?.[0] ?? 0,
    lastTurnOf: (owner) => owners[owner]?.[1] ?? -1,
  };
}

const ROOM: Capacity = { slots: 100, tokens: null };

Deno.test("nextTurn() takes the first that came among equals", () => {
  const [first, second] = [waiting({ since: 5 }), waiting({ since: 5 })];
  assert(nextTurn([first, second], load(), ROOM, 10) === first);
  assertEquals(nextTurn([], load(), ROOM, 10), null);
});

Deno.test("nextTurn() takes the most urgent, and a minute of waiting is worth a tier", () => {
  const [flex, normal, priority] = [
    waiting({ tier: "flex" }),
    waiting(),
    waiting({ tier: "priority" }),
  ];
  assertEquals(nextTurn([flex, normal, priority], load(), ROOM, 0), priority);
  assertEquals(nextTurn([flex, normal], load(), ROOM, 0), normal);
  const late = { ...priority, since: 2 * MINUTE };
  assertEquals(nextTurn([flex, late], load(), ROOM, 2 * MINUTE), flex);
  const soon = { ...priority, since: 2 * MINUTE - 1 };
  assertEquals(nextTurn([flex, soon], load(), ROOM, 2 * MINUTE - 1), soon);
});

Deno.test("nextTurn() takes the owner with the fewest running, then the one whose turn is long ago", () => {
  const [a, b] = [waiting({ owner: "a" }), waiting({ owner: "b", since: 1 })];
  assertEquals(nextTurn([a, b], load({ a: [2, 1], b: [1, 9] }), ROOM, 2), b);
  assertEquals(nextTurn([a, b], load({ a: [1, 9], b: [1, 1] }), ROOM, 2), b);
  assertEquals(nextTurn([a, b], load({ a: [0, 9] }), ROOM, 2), b);
  assertEquals(nextTurn([a, b], load(), ROOM, 2), a);
  const urgent = { ...a, tier: "priority" as const };
  assertEquals(nextTurn([urgent, b], load({ a: [2, 1] }), ROOM, 2), urgent);
});

Deno.test("nextTurn() lets nobody pass one that does not fit, and a too large one run alone", () => {
  const shared: Capacity = { slots: 4, tokens: 1000 };
  const [large, small] = [waiting({ tokens: 700 }), waiting({ tokens: 10, since: 1 })];
  assertEquals(nextTurn([large, small], load({ a: [1, 0] }, 400), shared, 2), null);
  assertEquals(nextTurn([large, small], load({ a: [1, 0] }, 300), shared, 2), large);
  const huge = waiting({ tokens: 5000 });
  assertEquals(nextTurn([huge], load({ a: [1, 0] }, 1), shared, 2), null);
  assertEquals(nextTurn([huge], load(), shared, 2), huge);
});

Deno.test("nextTurn() takes nobody where all slots are taken, and anybody where none are known", () => {
  const busy = load({ a: [3, 0] });
  for (const slots of [1, 3]) {
    assertEquals(nextTurn([waiting()], busy, { slots, tokens: null }, 0), null);
  }
  const one = waiting();
  assertEquals(nextTurn([one], busy, { slots: null, tokens: null }, 0), one);
});

const claims = fc.record({
  owner: fc.constantFrom("a", "b", "c"),
  tier: fc.constantFrom(...TIERS),
  tokens: fc.nat(2000),
  since: fc.nat(10 * MINUTE),
});

Deno.test("nextTurn() only takes what fits, and leaves nobody who does while nothing runs", () => {
  fc.assert(fc.property(
    fc.array(claims, { minLength: 1, maxLength: 20 }),
    fc.array(claims, { maxLength: 5 }),
    fc.record({
      slots: fc.option(fc.integer({ min: 1, max: 4 })),
      tokens: fc.option(fc.integer({ min: 1, max: 3000 })),
    }),
    (all, running, capacity) => {
      const used = running.reduce((sum, { tokens }) => sum + tokens, 0);
      const owners = Object.fromEntries(running.map(({ owner }) => [owner, [
        running.filter((each) => each.owner === owner).length,
        0,
      ]])) as Record<string, [number, number]>;
      const next = nextTurn(all, load(owners, used), capacity, 10 * MINUTE);
      if (running.length === 0) assert(next !== null);
      if (next === null) return;
      assert(running.length < (capacity.slots ?? Infinity));
      assert(running.length === 0 || used + next.tokens <= (capacity.tokens ?? Infinity));
    },
  ));
});

Deno.test("nextTurn() lets nobody wait for ever, whoever comes behind him", () => {
  fc.assert(fc.property(
    fc.constantFrom(...TIERS),
    fc.array(fc.record({ owner: fc.constantFrom("b", "c"), tier: fc.constantFrom(...TIERS) }), {
      minLength: 1,
    }),
    fc.integer({ min: 1000, max: 30_000 }),
    (tier, newcomers, step) => {
      const patient = waiting({ tier });
      let queue = [patient];
      // One slot, which takes one request after the other, and a newcomer before each.
      for (let turn = 0, now = 0; queue.includes(patient); turn++, now += step) {
        // The least urgent waits two minutes longer, until it comes before all that comes then.
        assert(now <= 3 * MINUTE + step, `${tier} still waits after ${now} ms`);
        const newcomer = newcomers[turn % newcomers.length];
        queue.push(waiting({ ...newcomer, since: now }));
        const next = nextTurn(queue, load({ a: [0, Infinity] }), { slots: 1, tokens: null }, now);
        queue = queue.filter((each) => each !== next);
      }
    },
  ));
});

Deno.test("refusal() says no where all places are taken, or all that one owner may have", () => {
  const of = (...owners: string[]) => new Set(owners.map((owner) => waiting({ owner })));
  const last = waiting({ owner: "a" });
  const refused = (all: Set<Waiting>, most: number) => refusal(all.add(last), last, most);
  assertEquals(refused(of("b", "b"), 3), null);
  assertEquals(refused(of("b", "b", "b"), 3), "full");
  assertEquals(refused(of(), 0), "full");
  assertEquals(refused(of("a"), 4), null);
  assertEquals(refused(of("a", "a"), 4), "share");
  assertEquals(refused(of(), 1), null);
  const nobody = waiting({ owner: "" });
  assertEquals(refusal(of("", "", "").add(nobody), nobody, 4), null);
});
