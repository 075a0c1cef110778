import { assertEquals, assertMatch } from "@std/assert";
import { endLeftProcesses } from "../../src/cli/left_processes.ts";
import type { Processes } from "../../src/store/local.ts";
import type { Fate } from "../../src/supervise/remains.ts";
import { isRunning } from "../processes.ts";
import { storeFile } from "../store/store_file.ts";
import { sleeper } from "../supervise/sleeper.ts";
import { recordingLog } from "./recording_log.ts";

const OURS = "4bb39b74-72ac-4e40-8b4e-2d1d3ce5c2b1";
const OTHER = "4bb39b74-72ac-4e40-8b4e-2d1d3ce5c2b2";

function put(processes: Processes, pid: number, mark = OURS): void {
  processes.put({ mark, pid, startedAt: 1, model: "tiny:Q8_0" });
}

Deno.test("`endLeftProcesses()` ends what is ours, and forgets all that is named", async () => {
  using file = storeFile();
  const store = file.open();
  const log = recordingLog();
  await using left = await sleeper({ CHASKI_RUN: OURS });
  await using foreign = await sleeper({});
  put(store.processes, left.pid, OURS);
  put(store.processes, foreign.pid, OTHER);
  await endLeftProcesses(store.processes, log);
  assertEquals(await left.ended, "SIGTERM");
  assertEquals(await isRunning(foreign.pid), true);
  assertEquals(store.processes.list(), []);
  assertEquals(log.lines, [`info ended the llama-server ${left.pid} that was left running`]);
  store.close();
});

const TOLD: [fate: Fate, kept: number, line: RegExp][] = [
  ["stays", 1, /^warn Cannot end the llama-server .*\(process 4711, tiny:Q8_0\): .* by hand\.$/],
  [
    "unknown",
    0,
    /^warn An earlier Chaski may have left process 4711 \(tiny:Q8_0\) running\. End it/,
  ],
  ["gone", 0, /^$/],
];

for (const [fate, kept, line] of TOLD) {
  Deno.test(`\`endLeftProcesses()\` says what is to be done where one is ${fate}`, async () => {
    using file = storeFile();
    const store = file.open();
    const log = recordingLog();
    put(store.processes, 4711);
    await endLeftProcesses(store.processes, log, () => Promise.resolve(fate));
    assertEquals(store.processes.list().length, kept);
    assertMatch(log.lines.join("\n"), line);
    store.close();
  });
}

Deno.test("`endLeftProcesses()` only warns where the store fails", async () => {
  using file = storeFile();
  const store = file.open();
  store.close();
  const log = recordingLog();
  await endLeftProcesses(store.processes, log);
  assertEquals(log.lines.length, 1);
  assertMatch(
    log.lines[0] ?? "",
    /^warn Cannot look for llama-servers that an earlier Chaski left/,
  );
});
