/** Models that are swapped under load: nothing is lost, and no more run than may. */
import { assert, assertEquals } from "@std/assert";
import { isRunning } from "../processes.ts";
import { FOR_EVER, loadReport, problemsOf, quantile, sendLoad, spread } from "./load_clients.ts";
import { cpuTime, serversOf, watchLoad } from "./load_watch.ts";
import { startedPids, swapStage, timesIn } from "./swap_stage.ts";

/** Milliseconds: ten seconds show it; `deno task e2e` takes a minute. */
const MS = Deno.env.get("CHASKI_LONG") === "1" ? 60_000 : 10_000;

Deno.test("50 clients swap three models where two may run, and none of their requests is lost", async () => {
  await using stage = await swapStage({ templates: ["qwen3", "qwen2.5", "qwen3-coder"], most: 2 });
  const { chaski, ids } = stage;
  const watch = watchLoad(chaski);
  const before = cpuTime(chaski.pid);
  const all = await sendLoad({
    ...{ url: chaski.url, clients: 50, ms: MS, seed: 7, leaving: 0.15 },
    modelsOf: () => ids,
  });
  const cpu = cpuTime(chaski.pid) - before;
  const { most, looks, health } = await watch.end();
  const loads = ids.map((id) => timesIn(chaski, id, "ready"));
  console.log(`${loadReport(all)}; loads ${loads.join(", ")}`);
  console.log(`CPU of Chaski ${(cpu / all.length).toFixed(1)} ms a request`);
  console.log(`/healthz ${spread(health)}`);

  assertEquals(problemsOf(all), []);
  assert(all.some(({ left }) => left) && all.length > 100);
  assert(loads.every((count) => count > 1), String(loads));
  assert(looks > 10 && most === 2, `${most} ran at once in ${looks} looks`);
  assert(all.every(({ from, to }) => to - from < FOR_EVER));
  assert(quantile(health, 0.99) < 2_000);

  chaski.kill("SIGTERM");
  assertEquals(await chaski.exited, 0);
  assertEquals(await serversOf(chaski.pid), []);
  for (const pid of startedPids(chaski)) assert(!await isRunning(pid), String(pid));
  assertEquals(chaski.log().filter(({ level }) => level === "error"), []);
});
