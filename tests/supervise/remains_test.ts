import { assertEquals } from "@std/assert";
import { isRunning } from "../processes.ts";
import type { Marked, Proof } from "../../src/supervise/own_process.ts";
import { endRemains } from "../../src/supervise/remains.ts";
import { sleeper } from "./sleeper.ts";

const MARK = "4bb39b74-72ac-4e40-8b4e-2d1d3ce5c2b1";
const OTHER = "4bb39b74-72ac-4e40-8b4e-2d1d3ce5c2b2";

Deno.test("`endRemains()` ends a process with our mark", async () => {
  await using process = await sleeper({ CHASKI_RUN: MARK });
  assertEquals(await endRemains({ pid: process.pid, mark: MARK }), "ended");
  assertEquals(await process.ended, "SIGTERM");
});

Deno.test("`endRemains()` kills what does not react", async () => {
  await using process = await sleeper({ CHASKI_RUN: MARK }, { deaf: true });
  assertEquals(await endRemains({ pid: process.pid, mark: MARK }), "ended");
  assertEquals(await process.ended, "SIGKILL");
});

Deno.test("`endRemains()` leaves a pid alone that another program has now", async () => {
  for (const env of [{}, { CHASKI_RUN: OTHER }]) {
    await using process = await sleeper(env);
    assertEquals(await endRemains({ pid: process.pid, mark: MARK }), "gone");
    assertEquals(await isRunning(process.pid), true);
  }
});

Deno.test("`endRemains()` looks again before it kills", async () => {
  await using process = await sleeper({}, { deaf: true });
  const looks: Proof[] = ["ours", "ours", "not ours"];
  const prove = () => Promise.resolve(looks.shift() ?? "not ours");
  assertEquals(await endRemains({ pid: process.pid, mark: MARK }, prove), "ended");
  assertEquals([await isRunning(process.pid), looks], [true, []]);
});

Deno.test("`endRemains()` leaves alone what the system tells nothing of", async () => {
  await using process = await sleeper({ CHASKI_RUN: MARK });
  const unknown = () => Promise.resolve<Proof>("unknown");
  assertEquals(await endRemains({ pid: process.pid, mark: MARK }, unknown), "unknown");
  assertEquals(await isRunning(process.pid), true);
});

Deno.test("`endRemains()` never so much as looks at itself, the first process or groups", async () => {
  const looked: Marked[] = [];
  const prove = (process: Marked) => {
    looked.push(process);
    return Promise.resolve<Proof>("ours");
  };
  const pids = [Deno.pid, 1, 0, -1, -Deno.pid, NaN, Infinity, 1.5, 2 ** 31, 2 ** 32 + Deno.ppid];
  for (const pid of pids) assertEquals(await endRemains({ pid, mark: MARK }, prove), "gone");
  assertEquals(looked, []);
});
