/** What models need that is not there, or goes away while Chaski runs. */
import { join } from "node:path";
import { loaded, managedChaski } from "./managed_chaski.ts";

Deno.test("a model is loaded though the folder of saved slots is gone", async () => {
  await using stage = await managedChaski();
  await using chaski = await stage.start();
  await Deno.remove(join(stage.dataDir, "slots"), { recursive: true });
  await loaded(chaski);
});
