/** What models need that is not there, or goes away while Chaski runs. */
import { assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "node:path";
import { ask, loaded, managedChaski } from "./managed_chaski.ts";

/** Milliseconds; far more than it takes. */
const LIMIT = 30_000;

Deno.test("a model is loaded though the folder of saved slots is gone", async () => {
  await using stage = await managedChaski();
  await using chaski = await stage.start();
  await Deno.remove(join(stage.dataDir, "slots"), { recursive: true });
  await loaded(chaski);
});

Deno.test("a draft model that is not there fails its model alone", async () => {
  await using stage = await managedChaski();
  const draft = join(stage.models, "small-Q8_0.gguf");
  await Deno.copyFile(join(stage.models, "tiny-Q8_0.gguf"), draft);
  const config = join(dirname(stage.models), "chaski.toml");
  await Deno.writeTextFile(config, `[models."tiny"]\ndraft = "small"\n`);
  for (const when of ["while Chaski runs", "before it starts"]) {
    await using chaski = await stage.start();
    if (when === "while Chaski runs") {
      await Deno.remove(draft);
      await chaski.logged(({ message }) => message === "1 models are there now", LIMIT);
    }
    const answer = await ask(chaski);
    assertEquals(answer.status, 400, when);
    const { error } = await answer.json();
    assertMatch(
      error.message,
      /^Cannot load the model 'tiny:Q8_0': its draft model is not there\. /,
    );
  }
});

Deno.test("saved slots go where nothing is to be kept any more", async () => {
  await using stage = await managedChaski();
  const slots = join(stage.dataDir, "slots");
  for (const env of [{ CHASKI_STORE: "never" }, { CHASKI_SLOT_FILES_MB: "0" }]) {
    await Deno.mkdir(slots, { recursive: true });
    await Deno.writeTextFile(join(slots, "0123-0.bin"), "what was said");
    await using chaski = await stage.start({ env });
    assertEquals(await Array.fromAsync(Deno.readDir(slots)), [], JSON.stringify(env));
    chaski.kill("SIGTERM");
    await chaski.exited;
  }
});
