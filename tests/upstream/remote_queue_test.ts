import { assertEquals } from "@std/assert";
import { openLlama } from "../../src/upstream/llama.ts";
import { remoteQueue } from "../../src/upstream/remote_queue.ts";
import { watchUpstream } from "../../src/upstream/watch.ts";
import { FakeLlama, type FakeLlamaOptions } from "../fake_llama.ts";

const open = new AbortController().signal;
const LARGE = { owner: "", tier: "default", tokens: 5000 } as const;

async function stage(options: FakeLlamaOptions) {
  const fake = await FakeLlama.start(options);
  const llama = openLlama({ baseUrl: fake.url, key: undefined, connectTimeout: 0 });
  const watch = watchUpstream(llama, { anyName: false, onChange: () => {} });
  await watch.refresh();
  return {
    ...{ fake, watch, queue: remoteQueue(watch, 10) },
    async [Symbol.asyncDispose]() {
      watch.stop();
      await llama.close();
      await fake[Symbol.asyncDispose]();
    },
  };
}

Deno.test("remoteQueue() fills all slots until a cache has shown that it is shared", async () => {
  await using on = await stage({ slots: 4, nCtx: 8192 });
  const { queue } = on;
  const places = [await queue.take(LARGE, open), await queue.take(LARGE, open)];
  assertEquals(queue.running(), 2);
  queue.overran();
  const next = queue.take(LARGE, open);
  places[0]?.release();
  assertEquals([queue.running(), queue.waiting()], [1, 1]);
  places[1]?.release();
  (await next).release();
  assertEquals([queue.running(), queue.waiting()], [0, 0]);
});

Deno.test("remoteQueue() forgets what a cache has shown when llama-server is another", async () => {
  await using on = await stage({ slots: 4, nCtx: 8192 });
  const { queue, watch, fake } = on;
  queue.overran();
  const first = await queue.take(LARGE, open);
  const second = queue.take(LARGE, open);
  assertEquals(queue.waiting(), 1);
  const props = { total_slots: 4, default_generation_settings: { n_ctx: 2048 } };
  fake.always("GET /props", { kind: "whole", code: 200, headers: {}, body: utf8(props) });
  await watch.refresh();
  const third = await queue.take(LARGE, open);
  for (const place of [first, await second, third]) place.release();
  assertEquals([queue.running(), queue.waiting()], [0, 0]);
});

function utf8(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
