/** Who is granted which model, in which order, and which has to go for it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { cannotLoad } from "../../src/supervise/failure.ts";
import { poolStage, settle } from "./pool_stage.ts";

Deno.test("modelPool() starts a model once for all who ask for it", async () => {
  const { ask, run, granted, starts, pool } = poolStage();
  const asked = ["a1", "a2", "a3"].map((name) => ask(name));
  await settle();
  assertEquals([granted, pool.waiting("a"), starts("a")], [[], 3, 1]);
  await run("a").ready();
  assertEquals([granted, pool.waiting("a"), starts("a")], [["a1", "a2", "a3"], 0, 1]);
  const [first] = await Promise.all(asked.map(({ entered }) => entered));
  assertEquals(first?.server.model.id, "a");
  assertEquals(pool.residents().map((each) => [each.id, each.users()]), [["a", 3]]);
});

Deno.test("modelPool() forgets a request that leaves while its model loads", async () => {
  const { ask, run, granted, pool } = poolStage();
  const leaver = new AbortController();
  const left = ask("a1", leaver.signal);
  const stays = ask("a2");
  await settle();
  leaver.abort(new Error("left"));
  await assertRejects(() => left.entered, Error, "left");
  await run("a").ready();
  await stays.entered;
  assertEquals([granted, pool.residents()[0]?.users()], [["a2"], 1]);
  const late = ask("a3", leaver.signal);
  await assertRejects(() => late.entered, Error, "left");
});

Deno.test("modelPool() starts nothing more for a request that leaves while it waits for room", async () => {
  const { ask, run, starts } = poolStage({ room: { most: 1 } });
  const busy = ask("a1");
  await settle();
  await run("a").ready();
  const leaver = new AbortController();
  const left = ask("b1", leaver.signal);
  await settle();
  leaver.abort(new Error("left"));
  await assertRejects(() => left.entered, Error, "left");
  await busy.leave();
  assertEquals(starts("b"), 0);
  await ask("a2").entered;
  assertEquals(starts("a"), 1);
});

Deno.test("modelPool() has the least recently used go, and no more than has to", async () => {
  const { ask, run, pool } = poolStage({
    room: { ram: 10 },
    models: {
      ...{ a: { memory: { ram: 4, vram: 0 } }, b: { memory: { ram: 3, vram: 0 } } },
      ...{ c: { memory: { ram: 3, vram: 0 } }, d: { memory: { ram: 5, vram: 0 } } },
    },
  });
  const use = async (name: string) => {
    const asked = ask(name);
    await settle();
    if (pool.residents().find(({ id }) => id === name)?.state() === "starting") {
      await run(name).ready();
    }
    await asked.leave();
  };
  for (const name of ["a", "b", "c", "a"]) await use(name);
  await use("d");
  assertEquals(pool.residents().map(({ id }) => id).toSorted(), ["a", "d"]);
});

Deno.test("modelPool() waits until a model that has to go is not at work any more", async () => {
  const { ask, run, changes } = poolStage({ room: { ram: 1 } });
  const busy = ask("a1");
  await settle();
  await run("a").ready();
  const next = ask("b1");
  await settle();
  assertEquals(changes, ["a starting", "a ready"]);
  await busy.leave();
  await run("b").ready();
  await next.entered;
  assertEquals(changes.slice(2), ["a stopping", "a stopped", "b starting", "b ready"]);
});

Deno.test("modelPool() says that pinned models leave no room", async () => {
  const stage = poolStage({ room: { ram: 1 }, models: { a: { pinned: true } } });
  const { ask, run, pool } = stage;
  const first = ask("a1");
  await settle();
  await run("a").ready();
  await first.leave();
  const { status, code, message } = await ask("b1").refused();
  assertEquals([status, code], [503, "server_is_overloaded"]);
  assert(message.startsWith("Cannot load the model 'b': the models that are pinned"), message);
  assertEquals(pool.residents().map(({ id }) => id), ["a"]);
  await pool.unload("a");
  const again = ask("b2");
  await settle();
  await run("b").ready();
  await again.entered;
});

Deno.test("modelPool() stops a model that nobody used for its time, if it has one", async () => {
  const { ask, run, pool, changes } = poolStage({
    models: { a: { ttl: 30 }, b: { ttl: Infinity } },
  });
  const busy = ask("a1");
  const pinned = ask("b1");
  await settle();
  await Promise.all([run("a").ready(), settle().then(() => run("b").ready())]);
  await pinned.leave();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(pool.residents().map(({ id }) => id), ["a", "b"]);
  await busy.leave();
  for (let i = 0; i < 500 && !changes.includes("a stopped"); i++) await settle();
  assertEquals(pool.residents().map(({ id }) => id), ["b"]);
});

Deno.test("modelPool() refuses all who wait for what cannot be loaded, and goes on with the next", async () => {
  const { ask, run, starts } = poolStage({ room: { most: 1 } });
  const first = [ask("a1"), ask("a2")];
  const other = ask("b1");
  await settle();
  await run("a").fail(cannotLoad("a", "its file is damaged"));
  for (const { refused } of first) {
    assertEquals(await refused(), {
      ...{ status: 400, code: "invalid_prompt" },
      message: "Cannot load the model 'a': its file is damaged.",
    });
  }
  await settle();
  await run("b").ready();
  await other.leave();
  // The next one may be luckier: files are repaired.
  ask("a3").refused().catch(() => {});
  await settle();
  assertEquals(starts("a"), 2);
});

Deno.test("modelPool() has nothing go for a model that cannot be prepared", async () => {
  const { ask, run, pool } = poolStage({
    room: { most: 1 },
    prepare: (id) =>
      id === "b" ? Promise.reject(new TypeError("at /srv/x.ts:1")) : Promise.resolve(),
  });
  const first = ask("a1");
  await settle();
  await run("a").ready();
  await first.leave();
  const { status, code, message } = await ask("b1").refused();
  assertEquals([status, code, message.includes("/")], [500, "internal_error", false]);
  assertEquals(pool.residents().map(({ id }) => id), ["a"]);
});
