/** Two models that share one place: both are asked all the time, and both answer. */
import { assert, assertEquals } from "@std/assert";
import { loadReport, problemsOf, sendLoad, spread } from "./load_clients.ts";
import { watchLoad } from "./load_watch.ts";
import { swapStage, swapTimes, timesIn } from "./swap_stage.ts";

const MS = 10_000;

Deno.test("two models that take turns in one place both get on", async () => {
  await using stage = await swapStage({ templates: ["qwen3", "qwen2.5"], most: 1 });
  const { chaski, ids } = stage;
  const watch = watchLoad(chaski);
  const all = await sendLoad({
    ...{ url: chaski.url, clients: 20, ms: MS, seed: 11, leaving: 0 },
    modelsOf: (client) => [ids[client % 2] ?? ""],
  });
  const { most } = await watch.end();
  const answered = ids.map((id) => all.filter(({ model }) => model === id).length);
  const loads = ids.map((id) => timesIn(chaski, id, "ready"));
  const swaps = swapTimes(chaski);
  const share = swaps.reduce((sum, ms) => sum + ms, 0) / MS;
  console.log(`${loadReport(all)}; ${answered.join(" and ")} of each; loads ${loads.join(", ")}`);
  console.log(`swaps: ${spread(swaps)}; ${Math.round(100 * share)} % of the time`);
  assertEquals(problemsOf(all), []);
  assertEquals(most, 1);
  assert(answered.every((count) => count > 10), String(answered));
});
