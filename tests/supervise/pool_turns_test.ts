/** Whose turn it is where models take turns in one place, and that nobody waits for nothing. */
import { assertEquals, assertRejects } from "@std/assert";
import { poolStage, settle } from "./pool_stage.ts";

/** Two models in one place; `a` took 100 ms to load, and is asked for. */
async function loadedInOnePlace() {
  const stage = poolStage({ room: { most: 1 } });
  const first = stage.ask("a1");
  await settle();
  stage.clock.now = 100;
  await stage.run("a").ready();
  return { ...stage, first };
}

Deno.test("modelPool() serves all who have waited for a model, also behind others", async () => {
  const { ask, run, granted, starts } = poolStage({ room: { most: 1 } });
  const first = ask("a1");
  await settle();
  ask("b1");
  await settle();
  const second = ask("a2");
  ask("b2");
  await run("a").ready();
  assertEquals(granted, ["a1", "a2"]);
  await Promise.all([first.leave(), second.leave()]);
  await run("b").ready();
  assertEquals([granted, starts("a"), starts("b")], [["a1", "a2", "b1", "b2"], 1, 1]);
});

Deno.test("modelPool() serves who comes within the time that loading took, and then the others", async () => {
  const { ask, run, granted, clock, first } = await loadedInOnePlace();
  const other = ask("b1");
  await settle();
  clock.now = 200;
  const early = ask("a2");
  await settle();
  clock.now = 201;
  ask("a3");
  await settle();
  assertEquals(granted, ["a1", "a2"]);
  await first.leave();
  await early.leave();
  clock.now = 301;
  await run("b").ready();
  assertEquals(granted, ["a1", "a2", "b1"]);
  await other.leave();
  await run("a").ready();
  assertEquals(granted, ["a1", "a2", "b1", "a3"]);
});

Deno.test("modelPool() has a model go at once that nobody uses, however short it was there", async () => {
  const { ask, first, starts } = await loadedInOnePlace();
  ask("b1");
  await settle();
  assertEquals(starts("b"), 0);
  await first.leave();
  assertEquals(starts("b"), 1);
});

Deno.test("modelPool() goes on with a model when nobody waits for the other any more", async () => {
  const { ask, granted, clock } = await loadedInOnePlace();
  clock.now = 201;
  const leaver = new AbortController();
  const other = ask("b1", leaver.signal);
  await settle();
  ask("a2");
  await settle();
  assertEquals(granted, ["a1"]);
  leaver.abort(new Error("left"));
  await assertRejects(() => other.entered, Error, "left");
  await settle();
  assertEquals(granted, ["a1", "a2"]);
});

Deno.test("modelPool() refuses one after the other where nothing makes room", async () => {
  const { ask, run } = poolStage({ room: { most: 1 }, models: { a: { pinned: true } } });
  ask("a1");
  await settle();
  await run("a").ready();
  const refused = await Promise.all(["b1", "c1"].map((name) => ask(name).refused()));
  assertEquals(refused.map(({ status }) => status), [503, 503]);
});

Deno.test("modelPool() loads models side by side that fit", async () => {
  const { ask, starts } = poolStage({ room: { most: 2 } });
  for (const name of ["a1", "b1", "c1"]) ask(name);
  await settle();
  assertEquals(["a", "b", "c"].map(starts), [1, 1, 0]);
});

Deno.test("modelPool() has what is idle go before what is being loaded", async () => {
  const { ask, run, starts, changes } = poolStage({ room: { most: 2 } });
  const first = ask("a1");
  await settle();
  await run("a").ready();
  for (const name of ["b1", "c1"]) ask(name);
  await settle();
  assertEquals(starts("c"), 0);
  await first.leave();
  assertEquals(changes.slice(2), [
    ...["b starting", "a stopping", "a stopped", "c starting"],
  ]);
});

Deno.test("modelPool() loads a model beside one that is being unloaded, where both fit", async () => {
  const { ask, run, starts, pool } = poolStage({ room: { most: 2 } });
  const busy = ask("a1");
  await settle();
  await run("a").ready();
  const gone = pool.unload("a");
  ask("b1");
  await settle();
  assertEquals(starts("b"), 1);
  await busy.leave();
  await gone;
});
