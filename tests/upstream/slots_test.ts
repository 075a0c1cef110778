import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { slotQueue } from "../../src/upstream/slots.ts";

const open = new AbortController().signal;

Deno.test("slotQueue() lets as many run as there are slots, and the others in their order", async () => {
  const queue = slotQueue(() => 1);
  const free = await queue.take(open);
  const order: string[] = [];
  const second = queue.take(open).then((release) => (order.push("second"), release));
  const third = queue.take(open).then((release) => (order.push("third"), release));
  assertEquals(queue.waiting(), 2);
  free();
  (await second)();
  (await third)();
  assertEquals([order, queue.waiting()], [["second", "third"], 0]);
});

Deno.test("slotQueue() forgets who leaves, and gives nobody's place away twice", async () => {
  const queue = slotQueue(() => 1);
  const free = await queue.take(open);
  const leaver = new AbortController();
  const left = queue.take(leaver.signal);
  const next = queue.take(open);
  leaver.abort(new Error("left"));
  await assertRejects(() => left, Error, "left");
  assertEquals(queue.waiting(), 1);
  free();
  free();
  await next;
  const later = queue.take(open);
  assertEquals(queue.waiting(), 1);
  (await next)();
  await later;
  await assertRejects(() => queue.take(leaver.signal), Error, "left");
});

Deno.test("slotQueue() holds nobody where the number of slots is not known", async () => {
  const queue = slotQueue(() => null);
  await Promise.all(Array.from({ length: 50 }, () => queue.take(open)));
  assertEquals(queue.waiting(), 0);
});

Deno.test("slotQueue() never runs more than there are slots, and leaves nobody behind", async () => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
    async (slots, leaves) => {
      const queue = slotQueue(() => slots);
      let running = 0;
      const done = await Promise.allSettled(leaves.map(async (leave) => {
        const client = new AbortController();
        const place = queue.take(client.signal);
        if (leave) client.abort(new Error("left"));
        const free = await place;
        assert(++running <= slots);
        await Promise.resolve();
        running--;
        free();
      }));
      assertEquals(queue.waiting(), 0);
      const refused = done.filter(({ status }) => status === "rejected").length;
      assert(refused <= leaves.filter(Boolean).length);
    },
  ));
});
