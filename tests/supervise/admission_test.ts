/** Who may wait for a model that Chaski runs itself: while it loads, and when it runs. */
import { assertEquals, assertRejects } from "@std/assert";
import { dirname } from "node:path";
import { openCatalogue } from "../../src/models/catalogue.ts";
import { placesOf } from "../../src/models/places.ts";
import { ApiError } from "../../src/protocol/error.ts";
import { type RunShape, serverArguments } from "../../src/supervise/arguments.ts";
import { serveManaged } from "../../src/supervise/managed.ts";
import { modelNews } from "../../src/supervise/news.ts";
import { modelPool } from "../../src/supervise/pool.ts";
import { startServer } from "../../src/supervise/server.ts";
import type { Need, Serving } from "../../src/upstream/serving.ts";
import { findLlamaServer } from "../tools/llama_server.ts";
import { tinyModel } from "../tools/tiny_model.ts";

const NEED: Need = { slot: true, owner: "", tier: "default", tokens: 100 };
const ENDLESS = { memory: { ram: Infinity, vram: Infinity }, most: Infinity };
const signal = new AbortController().signal;

/** Serves the tiny model, with one slot, and so many places in the queue. */
async function managed(mostWaiting: number): Promise<Serving> {
  const program = await findLlamaServer();
  const folder = dirname(await tinyModel({ template: "qwen3", kind: "chat" }));
  const env = {};
  const places = placesOf({ os: Deno.build.os, env, folders: [folder] });
  const catalogue = await openCatalogue(places, { onChange() {} });
  const models = () => catalogue.found().models;
  const shapeOf = (id: string): RunShape => ({
    ...{ id, model: models().find((each) => each.id === id)?.files[0] ?? "" },
    ...{ projector: null, draft: null, template: null, slotFolder: null },
    ...{ context: 4096, slots: 1, serves: "chat", batch: null, cacheType: null, promptCache: 0 },
    ...{ offload: { kind: "none" }, more: ["-t", "1"] },
  });
  const pool = modelPool({
    now: () => performance.now(),
    prepare(id) {
      const memory = { ram: 0, vram: 0 };
      const args = (port: number) => serverArguments(shapeOf(id), port, () => true);
      const place = { env, setpriv: null, patience: 60_000, connectTimeout: 10_000 };
      const events = { onStart() {}, onExit() {}, onLine() {} };
      return Promise.resolve({
        ...{ memory, pinned: true, ttl: Infinity },
        start: (signal, onProcess) =>
          startServer({ id, program, args }, { ...place, ...events }, { signal, onProcess }),
        leave: () => Promise.resolve(),
      });
    },
    room: () => Promise.resolve(ENDLESS),
    onChange() {},
  });
  const { serving } = serveManaged({
    ...{ catalogue, models, pool, anyName: false, mostWaiting, created: 0 },
    news: modelNews(() => 0),
    room: () => Promise.resolve(ENDLESS),
    folders: {
      list: () => [],
      add: () => Promise.resolve(false),
      remove: () => Promise.resolve(false),
    },
    shapeOf: () => null,
    obstacle: () => Promise.resolve(null),
  });
  return serving;
}

async function refused(lease: Promise<unknown>): Promise<unknown[]> {
  const { status, code, retryAfter } = await assertRejects(() => lease, ApiError) as ApiError;
  return [status, code, retryAfter];
}

Deno.test("a model that loads and one that runs are waited for by no more than may wait", async () => {
  const serving = await managed(1);
  try {
    const served = await serving.resolve("tiny-qwen3");
    const loading = served.lease(NEED, signal);
    const second = served.lease(NEED, signal);
    assertEquals(await refused(served.lease(NEED, signal)), [503, "server_is_overloaded", 30]);
    const first = await loading;
    assertEquals([first.model.slots, first.others()], [1, 0]);
    assertEquals(await refused(served.lease(NEED, signal)), [503, "server_is_overloaded", 10]);
    (await served.lease({ slot: false }, signal)).release(null);
    first.release(null);
    const next = await second;
    assertEquals([next.others(), next.waited > 0], [0, true]);
    next.release(null);
  } finally {
    await serving.close();
  }
});
