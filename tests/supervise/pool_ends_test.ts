/** How models go: unloaded, crashed, and all at once. */
import { assert, assertEquals } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { type PoolStage, poolStage, settle } from "./pool_stage.ts";

const CLOSED = new ApiError("Cannot answer: Chaski is stopping.", {
  ...{ status: 503, type: "server_error", code: "server_is_overloaded" },
});

/** A model that runs, with a request that uses it. */
async function running({ ask, run }: PoolStage, name: string) {
  const asked = ask(name);
  await settle();
  await run(name.replace(/\d+$/, "")).ready();
  await asked.entered;
  return asked;
}

Deno.test("unload() ends a model that is loading, and refuses who waits for it", async () => {
  const { ask, pool, changes } = poolStage();
  const waits = ask("a1");
  await settle();
  await pool.unload("a");
  const { status, code } = await waits.refused();
  assertEquals([status, code], [503, "model_unloaded"]);
  assertEquals([changes, pool.residents()], [["a starting", "a stopped"], []]);
  await pool.unload("a");
});

Deno.test("unload() lets what runs end, and a request that comes meanwhile has it loaded anew", async () => {
  const stage = poolStage();
  const { ask, run, pool, granted, changes } = stage;
  const busy = await running(stage, "a1");
  let unloaded = false;
  const unload = pool.unload("a").then(() => unloaded = true);
  const late = ask("a2");
  await settle();
  assertEquals([unloaded, granted, changes.at(-1)], [false, ["a1"], "a ready"]);
  await busy.leave();
  await unload;
  assertEquals(granted, ["a1"]);
  await run("a").ready();
  await late.entered;
  assertEquals([granted, stage.starts("a")], [["a1", "a2"], 2]);
});

Deno.test("a model that crashes is started again for who asks for it", async () => {
  const stage = poolStage({ models: { a: { ttl: 20 } } });
  const { ask, run, pool, changes } = stage;
  const busy = await running(stage, "a1");
  await run("a").crash();
  assertEquals(pool.residents(), []);
  const next = ask("a2");
  await settle();
  await run("a").ready();
  await next.entered;
  // Whoever leaves the dead one disturbs nobody, also after its time of rest.
  await busy.leave();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const once = ["a starting", "a ready"];
  assertEquals(changes, [...once, "a crashed", ...once]);
});

Deno.test("a model that has crashed is lent to nobody while its connections are closed", async () => {
  const stage = poolStage();
  await running(stage, "a1");
  const [dead] = stage.pool.residents();
  const crash = stage.run("a").crash();
  const next = stage.ask("a2");
  assertEquals(dead?.state(), "stopping");
  await crash;
  await settle();
  assertEquals([stage.granted, stage.starts("a")], [["a1"], 2]);
  await stage.run("a").ready();
  assert((await next.entered).server !== dead?.server());
});

Deno.test("three crashes within a minute are enough, until it is over", async () => {
  const stage = poolStage();
  const { ask, run, clock, starts } = stage;
  for (let i = 1; i <= 3; i++) {
    clock.now = i * 10_000;
    await running(stage, `a${i}`);
    await run("a").crash();
  }
  const { status, code, message } = await ask("a4").refused();
  assertEquals([status, code, starts("a")], [503, "model_crashed", 3]);
  assert(message.includes("llama-server ended with SIGSEGV"), message);
  // Another model is none the worse for it.
  await running(stage, "b1");
  clock.now = 10_000 + 60_000;
  await running(stage, "a5");
  assertEquals(starts("a"), 4);
});

Deno.test("close() refuses everybody and leaves nothing running", async () => {
  const stage = poolStage({ room: { most: 2 } });
  const { ask, pool, changes } = stage;
  await running(stage, "a1");
  const loading = ask("b1");
  await settle();
  const waiting = ask("c1");
  await settle();
  await pool.close(CLOSED);
  for (const { refused } of [loading, waiting, ask("a2"), ask("d1")]) {
    assertEquals((await refused()).message, CLOSED.message);
  }
  assertEquals(pool.residents(), []);
  assertEquals(changes.slice(-2).toSorted(), ["a stopped", "b stopped"]);
});
