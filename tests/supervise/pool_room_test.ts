/** Who waits for whose room: only those that need it, and only for as long as they ask. */
import { assertEquals } from "@std/assert";
import { type PoolStage, poolStage, settle } from "./pool_stage.ts";

/** A model that runs, with a request that uses it. */
async function running({ ask, run }: PoolStage, name: string) {
  const asked = ask(name);
  await settle();
  await run(name.replace(/\d+$/, "")).ready();
  await asked.entered;
  return asked;
}

Deno.test("a model that is unloaded holds up no other that fits beside it", async () => {
  const stage = poolStage();
  const { ask, run, pool, granted } = stage;
  const busy = await running(stage, "a1");
  const unload = pool.unload("a");
  const other = ask("b1");
  await settle();
  await run("b").ready();
  await other.entered;
  assertEquals(granted, ["a1", "b1"]);
  await busy.leave();
  await unload;
});

Deno.test("a model waits for the room of one that is unloaded", async () => {
  const stage = poolStage({ room: { most: 1 } });
  const busy = await running(stage, "a1");
  const unload = stage.pool.unload("a");
  stage.ask("b1");
  await settle();
  assertEquals(stage.starts("b"), 0);
  await busy.leave();
  await unload;
  await stage.run("b").ready();
  assertEquals(stage.granted, ["a1", "b1"]);
});

Deno.test("models that were asked for at once load side by side", async () => {
  const { ask, starts } = poolStage();
  for (const name of ["a1", "b1", "c1"]) ask(name);
  await settle();
  assertEquals(["a", "b", "c"].map(starts), [1, 1, 1]);
});

Deno.test("unload() also ends the waiting for a model that has no room yet", async () => {
  const stage = poolStage({ room: { most: 1 } });
  const busy = await running(stage, "a1");
  const waits = stage.ask("b1");
  await settle();
  await stage.pool.unload("b");
  assertEquals((await waits.refused()).code, "model_unloaded");
  await busy.leave();
  assertEquals(stage.starts("b"), 0);
});

Deno.test("what is found out of a model too late is no news of the next look at it", async () => {
  const looks: (() => void)[] = [];
  const stage = poolStage({
    prepare: () =>
      looks.length === 0
        ? new Promise((_, reject) => looks.push(() => reject(new Error("gone"))))
        : Promise.resolve(),
  });
  const leaver = new AbortController();
  stage.ask("a1", leaver.signal).refused().catch(() => {});
  leaver.abort(new Error("left"));
  const next = stage.ask("a2");
  await settle();
  looks[0]?.();
  await settle();
  await stage.run("a").ready();
  await next.entered;
  assertEquals([stage.changes, stage.starts("a")], [["a starting", "a ready"], 1]);
});
