import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ApiError } from "../../src/protocol/error.ts";
import { admissionQueue, type Place } from "../../src/upstream/admission.ts";
import type { Capacity, Claim } from "../../src/upstream/next_turn.ts";

const open = new AbortController().signal;

function claim(more: Partial<Claim> = {}): Claim {
  return { owner: "", tier: "default", tokens: 0, ...more };
}

/** A queue with a clock that stands still until it is set. */
function queueOf(capacity: Partial<Capacity> | (() => Partial<Capacity>), most = 256) {
  const clock = { now: 0 };
  const queue = admissionQueue({
    capacity: () => ({
      slots: null,
      tokens: null,
      ...(typeof capacity === "function" ? capacity() : capacity),
    }),
    most,
    now: () => clock.now,
  });
  return { queue, clock };
}

async function refused(promise: Promise<unknown>): Promise<ApiError> {
  return await assertRejects(() => promise, ApiError) as ApiError;
}

Deno.test("admissionQueue() lets as many run as there are slots, and the others in their order [H18]", async () => {
  const { queue, clock } = queueOf({ slots: 1 });
  const running = await queue.take(claim(), open);
  const order: string[] = [];
  const take = (name: string) =>
    queue.take(claim(), open).then((place) => (order.push(name), place));
  const [second, third] = [take("second"), take("third")];
  assertEquals([queue.waiting(), queue.running()], [2, 1]);
  clock.now = 500;
  running.release();
  const { waited, release } = await second;
  release();
  (await third).release();
  assertEquals([order, running.waited, waited], [["second", "third"], 0, 500]);
  assertEquals([queue.waiting(), queue.running()], [0, 0]);
});

Deno.test("admissionQueue() forgets who leaves, and gives nobody's place away twice [H18]", async () => {
  const { queue } = queueOf({ slots: 1 });
  const running = await queue.take(claim(), open);
  const leaver = new AbortController();
  const left = queue.take(claim(), leaver.signal);
  const next = queue.take(claim(), open);
  leaver.abort(new Error("left"));
  await assertRejects(() => left, Error, "left");
  assertEquals(queue.waiting(), 1);
  running.release();
  running.release();
  await next;
  const later = queue.take(claim(), open);
  assertEquals(queue.waiting(), 1);
  (await next).release();
  await later;
  await assertRejects(() => queue.take(claim(), leaver.signal), Error, "left");
});

Deno.test("admissionQueue() lets the next one in when one leaves that did not fit", async () => {
  const { queue } = queueOf({ slots: 4, tokens: 1000 });
  const running = await queue.take(claim({ tokens: 600 }), open);
  const leaver = new AbortController();
  const large = queue.take(claim({ tokens: 900 }), leaver.signal);
  const small = queue.take(claim({ tokens: 100 }), open);
  assertEquals(queue.waiting(), 2);
  leaver.abort(new Error("left"));
  await assertRejects(() => large, Error, "left");
  (await small).release();
  running.release();
  assertEquals([queue.waiting(), queue.running()], [0, 0]);
});

Deno.test("admissionQueue() never lets more in than a capacity that has shrunk [H18]", async () => {
  let slots = 3;
  const { queue } = queueOf(() => ({ slots }));
  const places = await Promise.all([1, 2, 3].map(() => queue.take(claim(), open)));
  slots = 1;
  const next = queue.take(claim(), open);
  for (const place of places.slice(0, 2)) {
    place.release();
    assertEquals(queue.waiting(), 1);
  }
  places[2]?.release();
  (await next).release();
});

Deno.test("admissionQueue() gives two owners their turns by turns, however many one has", async () => {
  const { queue } = queueOf({ slots: 1 });
  const order: string[] = [];
  const run = async (owner: string) => {
    const place = await queue.take(claim({ owner }), open);
    order.push(owner);
    await Promise.resolve();
    place.release();
  };
  await Promise.all(["a", "a", "a", "a", "b", "b"].map(run));
  assertEquals(order.join(""), "ababaa");
});

Deno.test("admissionQueue() keeps the turns of an owner who asks one by one", async () => {
  const { queue } = queueOf({ slots: 1 });
  const order: string[] = [];
  const one = async (owner: string) => {
    const place = await queue.take(claim({ owner }), open);
    order.push(owner);
    await Promise.resolve();
    place.release();
  };
  const byOne = async (owner: string) => {
    for (let i = 0; i < 4; i++) await one(owner);
  };
  await Promise.all([byOne("a"), byOne("b"), ...["c", "c", "c"].map(one)]);
  assertEquals(order.slice(0, 9).join(""), "abcabcabc");
});

Deno.test("admissionQueue() refuses whoever finds no place in the queue, with a guess when there is", async () => {
  const { queue, clock } = queueOf({ slots: 1 }, 2);
  const first = await queue.take(claim(), open);
  clock.now = 8_000;
  first.release();
  const running = await queue.take(claim(), open);
  const waiting = [queue.take(claim(), open), queue.take(claim(), open)];
  const { status, code, retryAfter, message } = await refused(queue.take(claim(), open));
  assertEquals([status, code, retryAfter], [503, "server_is_overloaded", 8]);
  assert(message.endsWith("Try again in 8s."), message);
  assertEquals(queue.waiting(), 2);
  running.release();
  for (const place of waiting) (await place).release();
  (await queue.take(claim(), open)).release();
});

Deno.test("admissionQueue() leaves half of the queue to other owners", async () => {
  const { queue } = queueOf({ slots: 1 }, 4);
  const running = await queue.take(claim({ owner: "a" }), open);
  const waiting = ["a", "a", "b"].map((owner) => queue.take(claim({ owner }), open));
  const { status, type, code } = await refused(queue.take(claim({ owner: "a" }), open));
  assertEquals([status, type, code], [429, "rate_limit_error", "rate_limit_exceeded"]);
  waiting.push(queue.take(claim({ owner: "b" }), open));
  assertEquals((await refused(queue.take(claim({ owner: "c" }), open))).status, 503);
  running.release();
  await Promise.all(waiting.map((place) => place.then(({ release }) => release())));
  assertEquals([queue.waiting(), queue.running()], [0, 0]);
});

Deno.test("admissionQueue() holds nobody where the number of slots is not known", async () => {
  const { queue } = queueOf({}, 0);
  await Promise.all(Array.from({ length: 50 }, () => queue.take(claim(), open)));
  assertEquals([queue.waiting(), queue.running()], [0, 50]);
});

Deno.test("admissionQueue() never runs more than fit, and leaves nobody behind", async () => {
  const asked = fc.record({
    owner: fc.constantFrom("", "a", "b"),
    tier: fc.constantFrom("priority" as const, "default" as const, "flex" as const),
    tokens: fc.nat(150),
    leaves: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    fc.option(fc.constant(100)),
    fc.array(asked, { minLength: 1, maxLength: 30 }),
    async (slots, tokens, all) => {
      const { queue } = queueOf({ slots, tokens });
      const running = new Set<Claim>();
      const done = await Promise.allSettled(all.map(async (one) => {
        const client = new AbortController();
        const taken = queue.take(one, client.signal);
        if (one.leaves) client.abort(new Error("left"));
        const place: Place = await taken;
        running.add(one);
        const used = [...running].reduce((sum, { tokens }) => sum + tokens, 0);
        assert(running.size <= slots);
        assert(running.size === 1 || used <= (tokens ?? Infinity));
        await Promise.resolve();
        running.delete(one);
        place.release();
      }));
      assertEquals([queue.waiting(), queue.running()], [0, 0]);
      const refusals = done.filter(({ status }) => status === "rejected").length;
      assert(refusals <= all.filter(({ leaves }) => leaves).length);
    },
  ));
});
