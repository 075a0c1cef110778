import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { cacheFolder, isThere, withToolLock } from "../tools/cache.ts";

const quiet = () => {};

/** Runs with a lock of its own and removes the lock's file afterwards. */
async function withOwnTool(run: (tool: string) => Promise<void>): Promise<void> {
  const tool = `test-${crypto.randomUUID()}`;
  try {
    await run(tool);
  } finally {
    await Deno.remove(join(await cacheFolder(), `.${tool}.lock`));
  }
}

Deno.test("`withToolLock()` lets one work at a time and tells the others to wait", async () => {
  await withOwnTool(async (tool) => {
    const events: string[] = [];
    const work = () =>
      withToolLock(tool, () => events.push("waits"), async () => {
        events.push("starts");
        await new Promise((resolve) => setTimeout(resolve, 120));
        events.push("ends");
      });
    await Promise.all([work(), work()]);
    const works = events.filter((event) => event !== "waits");
    assertEquals(works, ["starts", "ends", "starts", "ends"]);
    assertEquals(events.length - works.length, 1);
  });
});

Deno.test("`withToolLock()` removes its scratch folder, also when the work fails", async () => {
  await withOwnTool(async (tool) => {
    let folder = "";
    await assertRejects(
      () =>
        withToolLock(tool, quiet, async (scratch) => {
          folder = scratch;
          await Deno.writeTextFile(join(scratch, "file"), "content");
          throw new Error("work failed");
        }),
      Error,
      "work failed",
    );
    assertEquals(await isThere(folder), false);
  });
});

Deno.test("`withToolLock()` removes what a killed run has left", async () => {
  await withOwnTool(async (tool) => {
    const abandoned = join(await cacheFolder(), `.${tool}.scratch.abandoned`);
    await Deno.mkdir(abandoned);
    await withToolLock(tool, quiet, async () => {});
    assertEquals(await isThere(abandoned), false);
  });
});
