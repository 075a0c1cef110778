import { assert, assertEquals } from "@std/assert";
import { sweepInBackground } from "../../src/store/sweeper.ts";

/** Waits until something holds; fails after five seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 5_000; !holds();) {
    assert(performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("`sweepInBackground()` goes on while there is more, then rests until it is stopped", async () => {
  let steps = 0;
  const stop = sweepInBackground({ sweep: () => ++steps < 4 }, () => {});
  await until(() => steps === 4);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(steps, 4);
  stop();
});

Deno.test("`sweepInBackground()` tells a failure and rests", async () => {
  const errors: unknown[] = [];
  const sweep = () => {
    throw new Error("no");
  };
  const stop = sweepInBackground({ sweep }, (error) => errors.push(error));
  await until(() => errors.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(errors.length, 1);
  stop();
});

Deno.test("`sweepInBackground()` never begins when it is stopped at once", async () => {
  let steps = 0;
  sweepInBackground({ sweep: () => ++steps < 4 }, () => {})();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(steps, 0);
});
