import { assertEquals } from "@std/assert";
import type { Llama } from "../../src/upstream/llama.ts";
import { newThreadSlot } from "../../src/upstream/new_thread_slot.ts";

const unused = (id: number) => ({ id, is_processing: false });
const used = (id: number) => ({ ...unused(id), n_prompt_tokens: 10 });
const busy = (id: number) => ({ ...used(id), is_processing: true });

/** A llama-server of which only `/slots` is asked; how often, `asked` tells. */
function llamaWith(slots: unknown, delay = 0): Llama & { asked: number } {
  const never = () => Promise.reject(new Error("not asked"));
  return {
    asked: 0,
    chat: never,
    events: never,
    text: never,
    postJson: never,
    close: () => Promise.resolve(),
    async getJson(_path, signal) {
      this.asked++;
      const end = performance.now() + delay;
      while (performance.now() < end) {
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return slots;
    },
  };
}

const signal = new AbortController().signal;

function chooserOver(llama: Llama, slots: number | null = 2) {
  const { choose } = newThreadSlot(llama, () => slots);
  return (thread: string | null, others = 0, begins = true) =>
    choose({ thread, begins, others }, signal);
}

Deno.test("`newThreadSlot()` names a slot that was never used for a second conversation", async () => {
  const llama = llamaWith([busy(0), unused(1)]);
  const choose = chooserOver(llama);
  assertEquals(await choose("parent"), null);
  assertEquals(await choose("child", 1), 1);
  // From then on llama-server finds both by what they have in common with its caches.
  assertEquals([await choose("parent", 1), await choose("child", 1)], [null, null]);
  assertEquals(llama.asked, 1);
});

Deno.test("`newThreadSlot()` names no slot twice before it can have been used", async () => {
  const choose = chooserOver(llamaWith([used(0), unused(1), unused(2)]), 3);
  await choose("a");
  assertEquals([await choose("b"), await choose("c"), await choose("d")], [1, 2, null]);
});

Deno.test("`newThreadSlot()` leaves the choice where every slot was used or is busy", async () => {
  for (const slots of [[used(0), used(1)], [used(0), busy(1)], [], "odd", [{ id: "x" }]]) {
    const choose = chooserOver(llamaWith(slots));
    await choose("a");
    assertEquals(await choose("b", 2), null);
  }
});

Deno.test("`newThreadSlot()` leaves the choice where others use the same llama-server", async () => {
  const choose = chooserOver(llamaWith([busy(0), unused(1)]));
  await choose("a");
  assertEquals(await choose("b", 0), null);
});

Deno.test("`newThreadSlot()` leaves the choice for a conversation that is older than Chaski", async () => {
  const llama = llamaWith([used(0), used(1), unused(2)]);
  const choose = chooserOver(llama, 3);
  assertEquals([await choose("a", 0, false), await choose("b", 0, false)], [null, null]);
  assertEquals(llama.asked, 0);
});

Deno.test("`newThreadSlot()` asks nothing where there is nothing to choose", async () => {
  const llama = llamaWith([unused(0), unused(1)]);
  for (const slots of [1, null]) {
    const choose = chooserOver(llama, slots);
    assertEquals([await choose("a"), await choose("b")], [null, null]);
  }
  const choose = chooserOver(llama);
  assertEquals([await choose(null), await choose(null), await choose("a")], [null, null, null]);
  assertEquals(llama.asked, 0);
});

Deno.test("`newThreadSlot()` does not wait for a llama-server that reads a long prompt", async () => {
  const choose = chooserOver(llamaWith([unused(0), unused(1)], 60_000));
  await choose("a");
  const start = performance.now();
  assertEquals(await choose("b"), null);
  assertEquals(performance.now() - start < 5_000, true);
});
